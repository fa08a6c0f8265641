import { describe, expect, it } from 'vitest';
import { exactOrigin, isSecureUrl, isWebUrl } from './origin.ts';

describe('an exact origin', () => {
  it.each([
    'https://shop.example.com',
    'https://shop.example.com:8443',
    'http://localhost:9400',
    'http://shop.localhost:1',
    'http://127.0.0.1:80801'.slice(0, 21),
    'http://[::1]:3000',
  ])('is %s', (text) => {
    expect(exactOrigin(text)).toBe(text);
  });

  it.each([
    'null',
    '',
    'https://shop.example.com/',
    'https://shop.example.com:443',
    'https://Shop.example.com',
    'https://shop.example.com/path',
    'http://shop.example.com',
    'https://*.example.com',
    'https://user@shop.example.com',
    'file:///',
    'chrome-extension://abc',
    'http://localhost.evil.test',
    'http://127.0.0.1.evil.test',
    undefined,
    null,
    1,
    {},
    'x'.repeat(500),
  ])('is not %j', (text) => {
    expect(exactOrigin(text)).toBeUndefined();
  });
});

describe('a secure URL', () => {
  it('is https anywhere and http on loopback', () => {
    expect(isSecureUrl(new URL('https://example.com/x'))).toBe(true);
    expect(isSecureUrl(new URL('http://127.8.9.1/x'))).toBe(true);
    expect(isSecureUrl(new URL('http://example.com/x'))).toBe(false);
    expect(isSecureUrl(new URL('ftp://localhost/x'))).toBe(false);
  });
});

describe('a URL that may be opened', () => {
  it.each(['https://idp.test/authorize?x=1', 'http://localhost:9400/authorize', 'https://idp.test:8443/#x'])(
    'is %s',
    (text) => {
      expect(isWebUrl(text)).toBe(true);
    },
  );

  it.each([
    'javascript:alert(1)',
    'data:text/html,hi',
    'file:///etc/passwd',
    'chrome-extension://abc/ui/consent.html',
    'blob:https://idp.test/1',
    'view-source:https://idp.test/',
    'http://idp.test/',
    'https://bank.test@evil.test/',
    'https://:secret@idp.test/',
    '//idp.test/authorize',
    '/authorize',
    '',
  ])('is not %j', (text) => {
    expect(isWebUrl(text)).toBe(false);
  });
});
