import type { Sleep } from '@latchkey/shared/sleep.ts';
import type { Clock } from '@latchkey/shared/time.ts';
import type { Keyring } from './keyring/keyring.ts';

/** Everything outside the process that a command uses. */
export interface Io {
  out(text: string): void;
  err(text: string): void;
  /** Reads stdin to its end. */
  input(): Promise<string>;
  /** Whether somebody can type on stdin. */
  inputIsTerminal: boolean;
  /** Reads a line from that terminal, and shows nothing of it. */
  hiddenInput(question: string): Promise<string>;
  /** Whether stderr is a terminal where a line can be overwritten. */
  errIsTerminal: boolean;
  /** Whether stdout is a terminal with colors. */
  outHasColors: boolean;
  env: Record<string, string | undefined>;
  fetch: typeof fetch;
  now: Clock;
  sleep: Sleep;
  /** Whether the user's browser is on this machine. */
  browserHere: boolean;
  /**
   * Opens a page in the browser.
   *
   * @returns false if that failed
   */
  openBrowser(url: string): Promise<boolean>;
  /** The system's keyring. Nothing of it is loaded before it is asked. */
  keyring: Keyring;
  /**
   * Runs a program on this terminal.
   *
   * @returns its exit code
   */
  runProgram(command: string, args: readonly string[], env: Record<string, string | undefined>): Promise<number>;
  /** Aborts on Ctrl-C. */
  signal: AbortSignal;
}

/** The command line is wrong. The message is shown with a hint to `--help`. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
