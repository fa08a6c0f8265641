import { readFileSync } from 'node:fs';

/** The server being measured. */
export interface MeasuredServer {
  port: number;
  /** Of its process; with it, its processor time is measured too. */
  pid?: number | undefined;
}

/** What Linux counts processor time in. */
const tickMs = 10;

/**
 * Processor time that a process has used so far, all its threads together, in milliseconds.
 *
 * @returns `undefined` on systems other than Linux
 */
export function cpuMs(pid: number | undefined): number | undefined {
  if (pid === undefined || process.platform !== 'linux') return undefined;
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The program's name comes second and may hold anything: fields are counted from its closing parenthesis.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * tickMs;
}
