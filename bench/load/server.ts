import { readFileSync } from 'node:fs';

/** The server being measured. */
export interface MeasuredServer {
  port: number;
  /** The ID of its process, to also measure its processor time. */
  pid?: number | undefined;
}

/** Linux counts processor time in these units. */
const tickMs = 10;

/**
 * Processor time that a process has used so far, over all its threads, in milliseconds.
 *
 * @returns `undefined` on systems other than Linux
 */
export function cpuMs(pid: number | undefined): number | undefined {
  if (pid === undefined || process.platform !== 'linux') return undefined;
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field is the program's name, which may contain anything. Count fields from its closing parenthesis.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * tickMs;
}
