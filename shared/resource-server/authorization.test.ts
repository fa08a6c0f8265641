import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maxAuthorizationLength, parseAuthorization } from './authorization.ts';
import { Refused } from './refused.ts';

/** @returns the error code, with the scheme of its challenge */
function outcome(header: string | undefined) {
  try {
    return parseAuthorization(header);
  } catch (error) {
    if (error instanceof Refused) return `${error.refusal.code} ${error.scheme}`;
    throw error;
  }
}

describe('an Authorization header', () => {
  it.each([
    ['Bearer abc', 'Bearer', 'abc'],
    ['bearer  a.b-c_d~e+f/g== ', 'Bearer', 'a.b-c_d~e+f/g=='],
    ['DPOP abc', 'DPoP', 'abc'],
  ])('holds one token: %j', (header, scheme, token) => {
    expect(outcome(header)).toEqual({ scheme, token });
  });

  it.each([undefined, '', ' ', 'Basic YTpi', 'Negotiate', 'Bearerabc', 'x, Bearer abc'])(
    'holds no access token: %j',
    (header) => {
      expect(outcome(header)).toBeUndefined();
    },
  );

  it.each([
    ['Bearer', 'Bearer'],
    ['Bearer a b', 'Bearer'],
    ['Bearer a, Bearer b', 'Bearer'],
    ['Bearer a,Bearer b', 'Bearer'],
    ['Bearer\ta', 'Bearer'],
    ['Bearer, DPoP a', 'Bearer'],
    ['Bearer "a"', 'Bearer'],
    ['Bearer a=b', 'Bearer'],
    ['Bearer \u00e9', 'Bearer'],
    ['Bearer token=abc', 'Bearer'],
    ['DPoP', 'DPoP'],
    ['DPoP a, Bearer b', 'DPoP'],
  ])('is malformed: %j', (header, scheme) => {
    expect(outcome(header)).toBe(`invalid_request ${scheme}`);
  });

  it('is refused unread where it is too long', () => {
    const longest = `Bearer ${'a'.repeat(maxAuthorizationLength - 7)}`;
    expect(outcome(longest)).toEqual({ scheme: 'Bearer', token: longest.slice(7) });
    for (const header of [`${longest}a`, `Bearer x${' '.repeat(1_000_000)}`, 'x'.repeat(1_000_000)]) {
      expect(outcome(header)).toBe('invalid_token Bearer');
    }
    expect(outcome(`DPoP ${longest}`)).toBe('invalid_token DPoP');
  });

  it('gives one token or a refusal, whatever it is', () => {
    const piece = fc.constantFrom('Bearer', 'DPoP', 'Basic', ' ', '\t', ',', '=', 'a', '.', '"', '\u00e9', '\n');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const read = outcome(pieces.join(''));
        if (typeof read === 'object') expect(read.token).toMatch(/^[\w\-.~+/]+=*$/);
      }),
    );
  });

  it.each<[string, (size: number) => string]>([
    ['spaces after the token', (size) => `Bearer x${' '.repeat(size)}x`],
    ['spaces before the token', (size) => `Bearer${' '.repeat(size)}"`],
    ['a token that ends wrong', (size) => `Bearer ${'a'.repeat(size)}"`],
    ['padding that ends wrong', (size) => `Bearer ${'a='.repeat(size / 2)}"`],
    ['a scheme without end', (size) => 'a'.repeat(size)],
  ])('takes time that grows with its length alone: %s', (_, hostile) => {
    // With linear growth, 16 times the length takes 16 times as long. With quadratic growth, it takes 256 times as
    // long. The fastest of many runs is the parser's own time, even on a busy machine.
    const best = (header: string) => {
      let shortest = Number.POSITIVE_INFINITY;
      for (let run = 0; run < 40; run += 1) {
        const begun = performance.now();
        for (let time = 0; time < 20; time += 1) outcome(header);
        shortest = Math.min(shortest, performance.now() - begun);
      }
      return shortest;
    };
    // The fixed cost of a refusal, regardless of the length.
    const fixed = best('Bearer');
    const [short, long] = [best(hostile(2_000)), best(hostile(32_000))];
    expect(long).toBeLessThan(100 * Math.max(short, fixed));
  });
});
