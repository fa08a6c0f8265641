import { expect, it } from 'vitest';
import { browserName } from './browser-name.ts';

const chrome = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36';

it.each([
  [chrome, 'Chrome 156, Linux'],
  [chrome.replace('Chrome', 'HeadlessChrome'), 'Chrome 156, Linux'],
  [`${chrome.replace('X11; Linux x86_64', 'Windows NT 10.0; Win64; x64')} Edg/156.0.0.0`, 'Edge 156, Windows'],
  ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:153.0) Gecko/20100101 Firefox/153.0', 'Firefox 153, macOS'],
  ['something else', 'browser unknown, unknown system'],
])('a browser is named by its user agent: %s', (userAgent, name) => {
  expect(browserName(userAgent)).toBe(name);
});
