import { describe, expect, it } from 'vitest';
import { isOwnPage, readPageSender } from './sender.ts';

const rules = { extensionId: 'ext', development: false };
const page = {
  id: 'ext',
  origin: 'https://shop.test',
  url: 'https://shop.test/cart',
  frameId: 0,
  documentId: 'D1',
  tab: { id: 7, incognito: false },
};

describe('the sender of a page’s port', () => {
  it('is read from what the browser stamped', () => {
    expect(readPageSender(page, rules)).toEqual({ origin: 'https://shop.test', tabId: 7, document: 'D1' });
  });

  it('is named by tab and origin where the browser names no documents', () => {
    const { documentId: _, ...old } = page;
    expect(readPageSender(old, rules).document).toBe('7 https://shop.test');
  });

  it.each([
    ['nothing at all', undefined],
    ['another extension', { ...page, id: 'other' }],
    ['no id', { ...page, id: undefined }],
    ['a frame', { ...page, frameId: 3 }],
    ['no frame id', { ...page, frameId: undefined }],
    ['a sandboxed frame, whose url is https', { ...page, origin: 'null' }],
    ['no origin, whatever its url', { ...page, origin: undefined }],
    ['plain http', { ...page, origin: 'http://shop.test' }],
    ['http on loopback in a build for real', { ...page, origin: 'http://localhost:3000' }],
    ['an extension page', { ...page, origin: 'chrome-extension://ext' }],
    ['a file', { ...page, origin: 'file://' }],
    ['no tab', { ...page, tab: undefined }],
  ])('is refused with policy_denied when it is %s', (_what, sender) => {
    expect(() => readPageSender(sender, rules)).toThrow(expect.objectContaining({ code: 'policy_denied' }));
  });

  it('is told to ask again, and not refused, while it is prerendered', () => {
    const prerendered = { ...page, frameId: 9, documentLifecycle: 'prerender' };
    expect(() => readPageSender(prerendered, rules)).toThrow(
      expect.objectContaining({ code: 'busy', retryAfterMs: expect.any(Number) }),
    );
  });

  it.each([
    ['private window', { id: 7, incognito: true }],
    ['container', { id: 7, incognito: false, cookieStoreId: 'firefox-container-1' }],
    [undefined, { id: 7, incognito: false, cookieStoreId: 'firefox-default' }],
  ])('says that it is in a %s', (partition, tab) => {
    expect(readPageSender({ ...page, tab }, rules).partition).toBe(partition);
  });

  it('may be http on loopback, and only there, in a development build', () => {
    const development = { ...rules, development: true };
    expect(readPageSender({ ...page, origin: 'http://shop.localhost:9402' }, development).origin).toBe(
      'http://shop.localhost:9402',
    );
    expect(() => readPageSender({ ...page, origin: 'http://shop.test' }, development)).toThrow();
  });
});

describe('a page of our own', () => {
  const own = { extensionId: 'ext', origin: 'chrome-extension://ext' };
  it.each([
    ['our popup', { id: 'ext', origin: 'chrome-extension://ext' }, true],
    ['our bridge in a page', page, false],
    ['a page that only has our url', { id: 'ext', url: 'chrome-extension://ext/ui/popup.html' }, false],
    ['another extension', { id: 'other', origin: 'chrome-extension://ext' }, false],
    ['nobody', undefined, false],
  ])('%s: %s', (_what, sender, expected) => {
    expect(isOwnPage(sender, own)).toBe(expected);
  });
});
