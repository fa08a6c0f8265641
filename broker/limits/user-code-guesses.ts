import type { Clock } from '@latchkey/shared/time.ts';
import type { LimitStore } from '../store/store.ts';
import { type Budget, budgets, guessesOfOwn } from './budgets.ts';

const { person, address } = budgets.userCode;

/**
 * The maximum number of wrong codes that the broker compares per hour: ten for a signed-in person and, from a person's
 * fourth on, a hundred for an address. No budget is global, and each person has three guesses of their own, so no
 * flood can close the page, not even for people at the same address.
 *
 * With P persons and A addresses, an attacker gets at most min(P × 10, P × 3 + A × 100) comparisons per hour. With C
 * outstanding codes, the expected number of hits is that × C / 20⁸ ({@link expectedHits}). A hundred accounts against
 * a hundred codes, from any number of addresses: 1,000 × 100 / 2.56 × 10¹⁰ = 4 in a million.
 */
export const mostComparisons = (persons: number, addresses: number): number =>
  Math.min(persons * person.count, persons * guessesOfOwn + addresses * address.count);

/** A code has 8 letters out of 20. */
export const expectedHits = (comparisons: number, outstanding: number): number => (comparisons * outstanding) / 20 ** 8;

/** Permission for one comparison. */
export interface Guess {
  /** Refunds the attempt: a person who sets up twenty devices enters twenty correct codes. */
  wasRight(): Promise<void>;
}

/**
 * Counts the attempt before the comparison, so that parallel guesses cannot exceed the budget.
 *
 * @returns `undefined` once a budget is used up
 */
export async function takeGuess(
  { store, now }: { store: Pick<LimitStore, 'hit' | 'takeBack'>; now: Clock },
  sub: string,
  network: string,
): Promise<Guess | undefined> {
  const count = async ({ name, windowMs }: Budget, who: string) => {
    const key = `${name}:${who}`;
    return { key, ...(await store.hit(key, windowMs, now())) };
  };
  const ofPerson = await count(person, sub);
  if (ofPerson.count > person.count) return undefined;
  const counted = [ofPerson];
  if (ofPerson.count > guessesOfOwn) {
    const ofAddress = await count(address, network);
    if (ofAddress.count > address.count) return undefined;
    counted.push(ofAddress);
  }
  return {
    async wasRight() {
      for (const { key, resetsAt } of counted) await store.takeBack(key, resetsAt);
    },
  };
}
