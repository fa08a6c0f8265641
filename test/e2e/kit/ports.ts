import { claimRow } from '../../../demo/ports.ts';

/**
 * A free row of ports, in a range that only this worker of vitest draws from. A port is free for a moment between
 * looking and listening, and while a test restarts what listens there: no other worker may take it then.
 */
export function freePorts(): ReturnType<typeof claimRow> {
  const worker = Number(process.env.VITEST_POOL_ID ?? 1) - 1;
  return claimRow(0, () => ((worker % ranges) + Math.random()) / ranges);
}

/** At least as many as vitest has workers. */
const ranges = 8;
