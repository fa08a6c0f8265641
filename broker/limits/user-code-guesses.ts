import type { Deps } from '../deps.ts';

/**
 * How many wrong codes are compared in an hour: ten for a signed-in person, and from the fourth of them on a
 * hundred for an address (many people can be behind one). Nothing is counted for the whole broker, and the
 * first three are the person's own: no flood closes the page for everybody, nor for those behind one address.
 *
 * With P persons and A addresses at an attacker's hands the comparisons in an hour are at most
 * min(P × 10, P × 3 + A × 100) ({@link mostComparisons}); with C codes outstanding the expected hits are that
 * × C / 20⁸ ({@link expectedHits}). A hundred accounts against a hundred codes, from as many addresses as there
 * are: 1,000 × 100 / 2.56 × 10¹⁰ = 4 in a million.
 */
export const guessBudget = { windowMs: 3_600_000, person: 10, ownOfPerson: 3, address: 100 } as const;

export const mostComparisons = (persons: number, addresses: number): number =>
  Math.min(persons * guessBudget.person, persons * guessBudget.ownOfPerson + addresses * guessBudget.address);

/** 8 letters of 20. */
export const expectedHits = (comparisons: number, outstanding: number): number => (comparisons * outstanding) / 20 ** 8;

/** One comparison that may be made. */
export interface Guess {
  /** Right codes are not counted: whoever sets up twenty devices enters twenty of them. */
  wasRight(): Promise<void>;
}

/**
 * Counts the attempt before the comparison, so that parallel guesses cannot slip through.
 *
 * @returns `undefined` where no more may be compared
 */
export async function takeGuess(
  { store, now }: Pick<Deps, 'store' | 'now'>,
  sub: string,
  address: string,
): Promise<Guess | undefined> {
  const count = async (key: string) => ({ key, ...(await store.hit(key, guessBudget.windowMs, now())) });
  const ofPerson = await count(`guess-person:${sub}`);
  if (ofPerson.count > guessBudget.person) return undefined;
  const counted = [ofPerson];
  if (ofPerson.count > guessBudget.ownOfPerson) {
    const ofAddress = await count(`guess-address:${address}`);
    if (ofAddress.count > guessBudget.address) return undefined;
    counted.push(ofAddress);
  }
  return {
    async wasRight() {
      for (const { key, resetsAt } of counted) await store.takeBack(key, resetsAt);
    },
  };
}
