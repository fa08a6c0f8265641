import type { Replicas } from '../e2e/kit/replicas.ts';
import type { TokenCheck } from './check-token.ts';
import type { Random } from './random.ts';
import type { Tally } from './tally.ts';

/** Of a token, in seconds: what is configured, and a second for rounding. */
export const longestLife = 5;

/** What browsers and devices act in. */
export interface Scene {
  replicas: Replicas;
  random: Random;
  tally: Tally;
  check: TokenCheck;
  /** The last kill is done and everything runs again. */
  isOver(): boolean;
  say(line: string): void;
}
