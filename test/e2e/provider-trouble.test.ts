import { describe, expect, it } from 'vitest';
import { hangWithoutRotation, unreadableAnswer, wrongSecret } from '../chaos/scenarios/provider-trouble.ts';

/** Short runs of the scenarios with the same names: `npm run test:chaos -- --scenario NAME`. */

const nothingLost = { others: [], sessions_lost: 0, reuses: 0 };

describe.each([
  ['hang-without-rotation', hangWithoutRotation],
  ['wrong-secret', wrongSecret],
  ['unreadable-answer', unreadableAnswer],
])('browsers and devices at a provider in trouble: %s', (_, scenario) => {
  it('get their tokens again when it is over, and nobody has to sign in', async () => {
    const result = await scenario({ troubleMs: 1_500 });
    expect(result).toMatchObject(nothingLost);
    expect(result.clean_errors).toBeGreaterThan(0);
    expect(result.tokens).toBeGreaterThan(0);
  });
});
