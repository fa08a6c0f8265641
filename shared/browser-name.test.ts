import { expect, it } from 'vitest';
import { browserName, parseUserAgent } from './browser-name.ts';

it.each([
  ['Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0', 'Firefox on Linux'],
  ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36', 'Chrome on Windows'],
  ['Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36 Edg/156.0', 'Edge on Windows'],
  ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605 Version/26.0 Safari/605', 'Safari on macOS'],
  ['node', 'A browser'],
  [undefined, 'A browser'],
])('%s is %s', (userAgent, name) => {
  expect(browserName(userAgent)).toBe(name);
});

it.each([
  ['Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/156.0.0.0 Safari/537.36', 'Chrome', '156', 'Linux'],
  ['Mozilla/5.0 (Windows NT 10.0) Chrome/155.0.0.0 Safari/537.36 Edg/156.0', 'Edge', '156', 'Windows'],
  ['Mozilla/5.0 (Windows NT 10.0) Chrome/155.0.0.0 Safari/537.36 OPR/130.0', 'Opera', '130', 'Windows'],
  ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/26.0 Safari/605', 'Safari', '26', 'macOS'],
  ['Safari/605', 'Safari', undefined, undefined],
  ['something else', undefined, undefined, undefined],
])('%s tells its facts', (userAgent, browser, version, system) => {
  expect(parseUserAgent(userAgent)).toEqual({ browser, version, system });
});
