import type { Interface } from 'node:readline';

/** The person pressed Ctrl-C or Ctrl-D at a question. */
export class StoppedError extends Error {}

/**
 * Asks one question after the other. Lines that are there early wait for their questions: people paste several answers at
 * once, and `question` of `node:readline/promises` would drop all but the first.
 *
 * @returns asks a question. @throws {StoppedError}
 */
export function askInLines(terminal: Interface): (question: string) => Promise<string> {
  const lines = terminal[Symbol.asyncIterator]();
  return async (question) => {
    terminal.setPrompt(question);
    terminal.prompt();
    const { done, value } = await lines.next();
    if (done) throw new StoppedError();
    return value;
  };
}
