import { liesUnder } from '@latchkey/shared/resource-urls.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { otherOriginsFilter, urlFilter } from './filters.ts';

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

describe('the filter of other origins on a host', () => {
  const origins = [
    'https://legacy.example.com',
    'http://legacy.example.com',
    'https://legacy.example.com:4433',
    'https://legacy.example.com:44',
    'https://legacy.example.com:44330',
    'http://legacy.example.com:4433',
    'https://sub.legacy.example.com',
    'https://a.b.legacy.example.com:4433',
  ];

  it.each(origins)('matches all but %s', (origin) => {
    const filter = otherOriginsFilter(origin);
    for (const one of origins) {
      const isBelow =
        new URL(one).hostname !== new URL(origin).hostname &&
        new URL(one).hostname.endsWith(`.${new URL(origin).hostname}`);
      const isOther = new URL(one).hostname === new URL(origin).hostname && one !== origin;
      expect([one, matches(filter, `${one}/page?url=${origin}`)]).toEqual([one, isBelow || isOther]);
    }
  });

  it('matches no other host', () => {
    const filter = otherOriginsFilter('https://legacy.example.com');
    for (const other of [
      'https://example.com/',
      'https://notlegacy.example.com/',
      'https://a.test/.legacy.example.com/',
    ])
      expect([other, matches(filter, other)]).toEqual([other, false]);
  });

  it('matches every other port', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 65_535 }), fc.integer({ min: 1, max: 65_535 }), (own, other) => {
        const origin = new URL(`https://legacy.example.com:${own}`).origin;
        const { origin: seen, href } = new URL(`https://legacy.example.com:${other}/`);
        expect(matches(otherOriginsFilter(origin), href)).toBe(seen !== origin);
      }),
      { numRuns: 2_000 },
    );
  });
});
