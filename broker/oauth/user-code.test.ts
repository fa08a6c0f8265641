import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newUserCode, normalizeUserCode } from './user-code.ts';

describe('a user code', () => {
  it('is eight of twenty letters, shown as XXXX-XXXX', () => {
    const codes = Array.from({ length: 500 }, newUserCode);
    for (const code of codes) expect(code).toMatch(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/);
    expect(new Set(codes.join('').replaceAll('-', '')).size).toBe(20);
  });

  it.each([
    'bcdfghjk',
    'ＢＣＤＦ－ｇｈｊｋ',
    'https://login.example.com/device?user_code=BCDF-GHJK',
    'BCDF-GHJK',
    ' b c d f g h j k ',
    'bcdf—ghjk',
    'BCDF.GHJK',
    'bcdf\tghjk\n',
    'b-c-d-f-g-h-j-k',
  ])('is read from %j', (typed) => {
    expect(normalizeUserCode(typed)).toBe('BCDF-GHJK');
  });

  it.each([
    ['a zero-width space', 'BC\u200bDF-GHJK'],
    ['bidi isolates', '\u2066BCDF-GHJK\u2069'],
    ['bidi marks and embeddings', '\u200fBCDF\u202a-\u202cGHJK\u200e'],
    ['a soft hyphen', 'BCDF\u00adGHJK'],
    ['word joiners, as on our own pages', 'BCDF\u2060-\u2060GHJK'],
    ['a byte order mark', '\ufeffBCDF-GHJK'],
    ['a variation selector', 'BCDF\ufe0f-GHJK'],
    ['Hangul fillers and joiners', 'B\u3164C\u034fD\u180eF-GHJK'],
    ['a link with a zero-width space at its end', 'https://login.example.com/device?user_code=BCDF-GHJK\u200b'],
  ])('is read though it has characters that nobody sees: %s', (_what, pasted) => {
    expect(normalizeUserCode(pasted)).toBe('BCDF-GHJK');
  });

  it.each(['', 'BCDF', 'BCDF-GHJKL', 'BCDF-GHJA', 'BCDF-GHJ1', 'x'.repeat(1_000)])('is not read from %j', (typed) => {
    expect(normalizeUserCode(typed)).toBeUndefined();
  });

  it('comes back from any text as itself or not at all', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const code = normalizeUserCode(text);
        return code === undefined || normalizeUserCode(code) === code;
      }),
    );
  });
});
