import type { Deps } from '../deps.ts';

/**
 * How many wrong codes are compared in an hour: for a signed-in person, and for an address (many people can
 * be behind one). Nothing is counted for the whole broker, so no flood closes the page for everybody.
 *
 * With P persons and A addresses at an attacker's hands the comparisons in an hour are at most
 * min(P × 10, A × 100); with C codes outstanding the expected hits are that × C / 20⁸. A hundred accounts
 * against a hundred codes: 1,000 × 100 / 2.56 × 10¹⁰ = 4 in a million.
 */
export const guessBudget = { windowMs: 3_600_000, person: 10, address: 100 } as const;

const keys = (sub: string, address: string) => ({ person: `guess-person:${sub}`, address: `guess-address:${address}` });

/** Counts the attempt before the comparison, so that parallel guesses cannot slip through. */
export async function mayGuess({ store, now }: Deps, sub: string, address: string): Promise<boolean> {
  const key = keys(sub, address);
  const person = await store.hit(key.person, guessBudget.windowMs, now());
  if (person.count > guessBudget.person) return false;
  return (await store.hit(key.address, guessBudget.windowMs, now())).count <= guessBudget.address;
}
