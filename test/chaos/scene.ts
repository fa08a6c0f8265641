import type { Replicas } from '../e2e/kit/replicas.ts';
import type { TokenCheck } from './check-token.ts';
import type { Random } from './random.ts';
import type { Tally } from './tally.ts';

/** Lifetime of a token in seconds: the configured value, plus one second for rounding. */
export const longestLife = 5;

/** The environment of the browsers and devices. */
export interface Scene {
  replicas: Replicas;
  random: Random;
  tally: Tally;
  check: TokenCheck;
  /** Whether the last kill is done and everything is running again. */
  isOver(): boolean;
  say(line: string): void;
}
