import { createServer } from 'node:net';
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

/** Finds one free port, for a server that starts at once. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
