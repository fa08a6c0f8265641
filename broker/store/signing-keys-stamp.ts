import type { SigningKey } from './model.ts';

/** Says which keys there are, in what states. Equal if they are the same, in any order. */
export const signingKeysStamp = (keys: readonly Pick<SigningKey, 'kid' | 'state' | 'notAfter'>[]): string =>
  sorted(keys.map(({ kid, state, notAfter }) => `${kid} ${state} ${notAfter ?? 0}`));

/** The same from the parts of all keys, joined by commas in any order, as the database gives them. */
export const sortedStamp = (parts: string): string => sorted(parts.split(','));

const sorted = (parts: string[]): string => parts.sort().join();
