import { liesUnder } from '@latchkey/shared/resource-urls.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { urlFilter } from './url-filter.ts';

const matches = (filter: string, url: string): boolean => new RegExp(filter).test(new URL(url).href);

describe('the filter of a URL', () => {
  it.each([
    [
      'https://api.example.com/',
      ['https://api.example.com/', 'https://api.example.com/a/b?c#d'],
      ['https://api.example.com.evil.test/'],
    ],
    [
      'https://api.example.com/v1',
      ['https://api.example.com/v1', 'https://api.example.com/v1?a', 'https://api.example.com/v1/a'],
      ['https://api.example.com/v1-old', 'https://api.example.com/v', 'https://apiXexample.com/v1'],
    ],
    [
      'https://api.example.com/v1/',
      ['https://api.example.com/v1/', 'https://api.example.com/v1/a%20b'],
      ['https://api.example.com/v1'],
    ],
    [
      'https://api.example.com:8443/a+b(c)',
      ['https://api.example.com:8443/a+b(c)/d'],
      ['https://api.example.com/a+b(c)/d'],
    ],
  ])('%s', (url, inside, outside) => {
    for (const one of inside) expect([one, matches(urlFilter(url), one)]).toEqual([one, true]);
    for (const one of outside) expect([one, matches(urlFilter(url), one)]).toEqual([one, false]);
  });

  it('matches nothing that is not under the URL', () => {
    const part = fc.constantFrom(
      '/',
      'v1',
      'v2',
      '%2f',
      '%2F',
      '%5c',
      '..',
      '.',
      '%2e',
      '?',
      '#',
      '%',
      '%25',
      '-',
      'a',
    );
    const base = fc.constantFrom('/', '/v1', '/v1/', '/v1/v2');
    fc.assert(
      fc.property(base, fc.array(part, { maxLength: 8 }), (path, parts) => {
        const allowed = `https://api.example.com${path}`;
        const { href } = new URL(`https://api.example.com/${parts.join('')}`);
        if (matches(urlFilter(allowed), href)) expect(liesUnder(href, allowed)).toBe(true);
        // Without encoded slashes, the two agree.
        else if (!/%2f|%5c|%(?![\da-f]{2})/i.test(href)) expect(liesUnder(href, allowed)).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });
});
