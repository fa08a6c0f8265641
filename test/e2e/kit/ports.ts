import { claimRow } from '../../../demo/ports.ts';

/**
 * Finds consecutive free ports in a range that only this Vitest worker uses. A port is briefly free between the check
 * and the listen call, and during a restart. No other worker may take it then.
 */
export function freePorts(): ReturnType<typeof claimRow> {
  const worker = Number(process.env.VITEST_POOL_ID ?? 1) - 1;
  return claimRow(0, () => ((worker % ranges) + Math.random()) / ranges);
}

/** At least the number of Vitest workers. */
const ranges = 8;
