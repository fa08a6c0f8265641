import type { Clock } from '#shared/time.ts';
import type { Sleep } from '../device/sleep.ts';

/** Everything that a command touches outside of itself. */
export interface Io {
  out(text: string): void;
  err(text: string): void;
  /** Whether stderr is a terminal: a line that is written over again makes sense there only. */
  errIsTerminal: boolean;
  /** Whether stdout is a terminal that shows colours. */
  outHasColours: boolean;
  env: Record<string, string | undefined>;
  fetch: typeof fetch;
  now: Clock;
  sleep: Sleep;
  /** Aborts on Ctrl-C. */
  signal: AbortSignal;
}

/** The command was called wrongly: answered with the sentence and where the help is. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
