import { describe, expect, it } from 'vitest';
import { liesUnder } from './resource-urls.ts';

describe('a URL', () => {
  it.each([
    ['https://api.test/orders', true],
    ['https://api.test/orders/', true],
    ['https://api.test/orders/7?of=ada#top', true],
    ['https://api.test:443/orders/7', true],
    // GitLab and others name things with slashes in them.
    ['https://api.test/orders/a%2Fb', true],
    ['https://api.test/orders-evil', false],
    ['https://api.test/order', false],
    ['https://api.test/Orders', false],
    ['https://api.test/', false],
    ['https://api.test/orders/../admin', false],
    ['https://api.test/orders/%2e%2e/admin', false],
    ['https://api.test/orders\\..\\admin', false],
    ['https://api.test/orders/..%2fadmin', false],
    ['https://api.test/orders/%2E%2E%2Fadmin', false],
    ['https://api.test/orders/x/..%5C..%5Cadmin', false],
    ['https://api.test/%2forders', false],
    ['https://api.test/orders%2f..%2fadmin', false],
    ['https://api.test.evil.test/orders', false],
    ['https://api.test@evil.test/orders', false],
    ['https://user@api.test/orders', false],
    ['https://:secret@api.test/orders', false],
    ['https://api.test:8443/orders', false],
    ['http://api.test/orders', false],
    ['wss://api.test/orders', false],
    ['/orders', false],
    ['', false],
  ])('%s lies under https://api.test/orders: %s', (url, expected) => {
    expect(liesUnder(url, 'https://api.test/orders')).toBe(expected);
  });

  it.each([
    ['https://api.test/anything', 'https://api.test/', true],
    ['https://api.test', 'https://api.test', true],
    ['https://api.test/orders', 'https://api.test/orders/', false],
    ['http://localhost:5173/api/orders', 'http://localhost:5173/api', true],
    ['http://localhost:5173/apis', 'http://localhost:5173/api', false],
    ['https://api.test/', 'not a URL', false],
  ])('%s lies under %s: %s', (url, allowed, expected) => {
    expect(liesUnder(url, allowed)).toBe(expected);
  });
});
