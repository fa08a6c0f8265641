import { pino } from 'pino';

/**
 * A line of the log: an event's name and facts. It never contains whole requests or errors. `time` is that of the call
 * unless the line has one, in ISO 8601.
 */
export type LogLine = { event: string } & Readonly<Record<string, string | number | boolean | undefined>>;

export const logLevels = ['info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

export interface Log {
  info(line: LogLine): void;
  warn(line: LogLine): void;
  error(line: LogLine): void;
}

/**
 * Writes JSON, one line per event. Secrets are kept out by construction: a line is flat, its members are chosen where it is
 * written, and the types allow no object that could contain a token.
 */
export function createLog(destination: { write(line: string): void }): Log {
  const logger = pino({ base: null, timestamp: false, formatters: { level: (level) => ({ level }) } }, destination);
  const timed = (line: LogLine) => ({ time: new Date().toISOString(), ...line });
  return {
    info: (line) => logger.info(timed(line)),
    warn: (line) => logger.warn(timed(line)),
    error: (line) => logger.error(timed(line)),
  };
}

/**
 * Joins what is written before the program waits for anything, because each write to a file or pipe is a call of the
 * system that blocks. What is joined is written at the latest when the process ends.
 *
 * @param options `longest` is the number of bytes from which lines are not joined, for a pipe that several processes write
 *   to. Default: no limit
 */
export function joinedWrites(
  destination: { write(text: string): void },
  { longest = Number.POSITIVE_INFINITY }: { longest?: number } = {},
): { write(text: string): void } {
  let text = '';
  /** Of `text`. To measure the whole text for each line would take longer than everything else that a line costs. */
  let bytes = 0;
  const flush = (): void => {
    const joined = text;
    text = '';
    bytes = 0;
    if (joined !== '') destination.write(joined);
  };
  process.once('exit', flush);
  return {
    write(line) {
      const added = Buffer.byteLength(line);
      if (bytes + added > longest) flush();
      if (text === '') process.nextTick(flush);
      text += line;
      bytes += added;
    },
  };
}

/** Leaves out lines below a level. @param least may change at any time */
export function atLeast(log: Log, least: () => LogLevel): Log {
  const passes = (level: LogLevel) => logLevels.indexOf(level) >= logLevels.indexOf(least());
  return {
    info: (line) => passes('info') && log.info(line),
    warn: (line) => passes('warn') && log.warn(line),
    error: (line) => log.error(line),
  };
}

/**
 * What may be logged of an error: names, codes and sentences, down the chain of causes. The message of a `SyntaxError` is left
 * out, because `JSON.parse` quotes the text that it can't parse, and so is a cure of Node.js that isn't ours: the
 * configuration says which authorities are trusted.
 */
export function errorSummary(error: unknown): string {
  const parts: string[] = [];
  for (let cause = error; cause instanceof Error && parts.length < 5; cause = cause.cause) {
    const { code } = cause as { code?: unknown };
    const name = `${cause.name}${typeof code === 'string' ? `[${code}]` : ''}`;
    parts.push(cause instanceof SyntaxError ? name : `${name}: ${cause.message.replace(nodeCure, '')}`);
  }
  return parts.join(' ← ') || typeof error;
}

const nodeCure = /; if the root CA is installed locally, try running Node\.js with --use-system-ca$/;
