import type { Clock } from '@latchkey/shared/time.ts';
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
  /** Whether a browser of this person is on this very machine. */
  browserHere: boolean;
  /** Opens a page in it. @returns false where that did not work */
  openBrowser(url: string): Promise<boolean>;
  /** Runs a program on this terminal. @returns its exit code */
  runProgram(command: string, args: readonly string[], env: Record<string, string | undefined>): Promise<number>;
  /** Aborts on Ctrl-C. */
  signal: AbortSignal;
}

/** The command was called wrongly: answered with the sentence and where the help is. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
