/** A terminal's input, as Node's `process.stdin` is when `isTTY`. */
export interface Keyboard {
  setRawMode(on: boolean): unknown;
  setEncoding(encoding: 'utf8'): unknown;
  on(event: 'data', typed: (text: string) => void): unknown;
  on(event: 'end', ended: () => void): unknown;
  off(event: 'data', typed: (text: string) => void): unknown;
  off(event: 'end', ended: () => void): unknown;
  resume(): unknown;
  pause(): unknown;
}

/** Ctrl-C was pressed. In raw mode, a terminal sends no signal for it. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
}

/**
 * Reads a line from a terminal and shows nothing of it. Backspace and Ctrl-U work, and Ctrl-D ends the line as Enter does.
 * The terminal is as before when the promise settles, however it does.
 *
 * @param say writes to the terminal, but not to stdout, which may be a file
 * @param question what to ask
 * @returns the line without its end. It can have other control characters
 * @throws {InterruptedError} after Ctrl-C
 * @throws the signal's reason, if it aborts
 * @example
 * const secret = await readHiddenLine(process.stdin, (text) => process.stderr.write(text), 'Secret (not shown): ');
 */
export async function readHiddenLine(
  keyboard: Keyboard,
  say: (text: string) => void,
  question: string,
  signal?: AbortSignal,
): Promise<string> {
  signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let line = '';
  const type = (text: string) => {
    const keys = readKeys(line, text);
    line = keys.line;
    if (keys.end === 'interrupt') reject(new InterruptedError('interrupted'));
    else if (keys.end === 'enter') resolve(line);
  };
  const end = () => resolve(line);
  const abort = () => reject(signal?.reason);
  keyboard.setEncoding('utf8');
  // Before the question: whoever pastes at once would still see the secret.
  keyboard.setRawMode(true);
  say(question);
  keyboard.on('data', type);
  keyboard.on('end', end);
  signal?.addEventListener('abort', abort, { once: true });
  keyboard.resume();
  try {
    return await promise;
  } finally {
    signal?.removeEventListener('abort', abort);
    keyboard.off('data', type);
    keyboard.off('end', end);
    keyboard.setRawMode(false);
    keyboard.pause();
    // Enter was not shown either.
    say('\n');
  }
}

/** What the keys of a piece of input make of the line so far. Reads no further than the end of the line. */
function readKeys(before: string, text: string): { line: string; end?: 'enter' | 'interrupt' } {
  let line = [...before];
  for (const key of text) {
    switch (key) {
      case '\r':
      case '\n':
      case '\u0004':
        return { line: line.join(''), end: 'enter' };
      case '\u0003':
        return { line: '', end: 'interrupt' };
      case '\b':
      case '\u007f':
        line.pop();
        break;
      case '\u0015':
        line = [];
        break;
      default:
        line.push(key);
    }
  }
  return { line: line.join('') };
}
