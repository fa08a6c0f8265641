import { expect, it } from 'vitest';
import { atLeast, type LogLevel } from './log.ts';

it.each<[LogLevel, string[]]>([
  ['info', ['info', 'warn', 'error']],
  ['warn', ['warn', 'error']],
  ['error', ['error']],
])('at the level %s, the log has %j, and the level may change', (level, expected) => {
  const lines: string[] = [];
  const write = ({ event }: { event: string }) => void lines.push(event);
  let least: LogLevel = 'error';
  const log = atLeast({ info: write, warn: write, error: write }, () => least);
  log.info({ event: 'not yet' });
  least = level;
  log.info({ event: 'info' });
  log.warn({ event: 'warn' });
  log.error({ event: 'error' });
  expect(lines).toEqual(expected);
});
