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
 * Processor time that a process and those that it started have used so far, over all their threads, in milliseconds.
 *
 * @returns `undefined` on systems other than Linux
 */
export function cpuMs(pid: number | undefined): number | undefined {
  if (pid === undefined || process.platform !== 'linux') return undefined;
  return treeOf(pid).reduce((sum, one) => sum + ticksOf(one), 0) * tickMs;
}

/** A process, and those that it started (Linux). */
export function treeOf(pid: number): number[] {
  return [pid, ...childrenOf(pid).flatMap(treeOf)];
}

function childrenOf(pid: number): number[] {
  try {
    const ids = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ');
    return ids.filter((id) => id !== '').map(Number);
  } catch {
    // It has ended since, or the kernel does not list children.
    return [];
  }
}

function ticksOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field is the program's name, which may contain anything. Count fields from its closing parenthesis.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}
