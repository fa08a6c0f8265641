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
  deps: Pick<Deps, 'store' | 'now'>,
  sub: string,
  address: string,
): Promise<Guess | undefined> {
  const person = await count(deps, `guess-person:${sub}`);
  if (person.wrong > guessBudget.person) return undefined;
  if (person.wrong <= guessBudget.ownOfPerson) return person;
  const ofAddress = await count(deps, `guess-address:${address}`);
  if (ofAddress.wrong > guessBudget.address) return undefined;
  return {
    async wasRight() {
      await person.wasRight();
      await ofAddress.wasRight();
    },
  };
}

/** Right ones are told apart by the window's end, so that none of them makes room in a later window. */
async function count({ store, now }: Pick<Deps, 'store' | 'now'>, key: string): Promise<Guess & { wrong: number }> {
  const { count: all, resetsAt } = await store.hit(key, guessBudget.windowMs, now());
  const rightKey = `${key}:right:${resetsAt}`;
  const right = all > 1 ? await store.peek(rightKey, now()) : 0;
  return {
    wrong: all - right,
    async wasRight() {
      await store.hit(rightKey, guessBudget.windowMs, now());
    },
  };
}
