import { addAbortSignal } from 'node:stream';
import { text } from 'node:stream/consumers';
import { InterruptedError, readHiddenLine } from '@latchkey/shared/hidden-line.ts';
import { sleep } from '@latchkey/shared/sleep.ts';
import { browserHere, openBrowser } from './browser.ts';
import type { Io } from './io.ts';
import { systemKeyring } from './keyring/system-keyring.ts';
import { runProgram } from './program.ts';
import { runCommand } from './run.ts';
import { fetchTrustingSystem } from './system-certificates.ts';
import { canOverwrite, hasColors } from './terminal.ts';

/** While nothing is shown, Ctrl-C is a key like others. It has to mean what it means elsewhere. */
async function hiddenInput(question: string, interrupted: AbortController): Promise<string> {
  const say = (text: string) => void process.stderr.write(text);
  try {
    return await readHiddenLine(process.stdin, say, question, interrupted.signal);
  } catch (error) {
    if (error instanceof InterruptedError) interrupted.abort();
    throw error;
  }
}

/**
 * Runs a command for users, such as `login`.
 *
 * The first Ctrl-C ends the command cleanly; the second ends it immediately.
 *
 * @param argv the command and its arguments
 * @returns the exit code
 */
export async function run([name = '', ...args]: string[]): Promise<number> {
  const interrupted = new AbortController();
  const interrupt = () => interrupted.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  const io: Io = {
    out: (line) => void process.stdout.write(line),
    err: (line) => void process.stderr.write(line),
    // Ctrl-C ends the wait for stdin, too.
    input: () => text(addAbortSignal(interrupted.signal, process.stdin)),
    inputIsTerminal: process.stdin.isTTY === true,
    hiddenInput: (question) => hiddenInput(question, interrupted),
    errIsTerminal: canOverwrite(process.stderr, process.env),
    outHasColors: hasColors(process.stdout, process.env),
    env: process.env,
    fetch: fetchTrustingSystem((input, init) => globalThis.fetch(input, init)),
    now: () => Date.now(),
    sleep,
    browserHere: browserHere(process.env, process.platform),
    openBrowser: (url) => openBrowser(url, process.platform),
    keyring: systemKeyring({
      env: process.env,
      platform: process.platform,
      uid: process.getuid?.(),
      isAttended: process.stderr.isTTY === true,
      err: (line) => void process.stderr.write(line),
      signal: interrupted.signal,
    }),
    runProgram,
    signal: interrupted.signal,
  };
  try {
    return await runCommand(name, args, io);
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}
