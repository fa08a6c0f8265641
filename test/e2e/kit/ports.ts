import { createServer } from 'node:net';
import { claimPorts, type Part, parts } from '../../../demo/ports.ts';

/** Ports of a slot. The last one is its guard. */
const slotSize = 8;
const firstPort = 11_000;
const slots = 2_300;

/**
 * Takes a free port for each name, until this process ends. A port is free for a moment between this check and the
 * listen call, and during a restart. No other test may take it then, of this checkout or another. So the ports come
 * from a slot that one process has at a time: the one that listens on its last port, the guard.
 */
export async function takePorts<P extends string>(names: readonly P[]): Promise<Record<P, number>> {
  if (names.length >= slotSize) throw new RangeError(`a slot has ${slotSize - 1} ports for tests`);
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const first = firstPort + slotSize * Math.floor(Math.random() * slots);
    const guard = await listen(first + slotSize - 1);
    if (!guard) continue;
    const ports = await claimPorts(names, first).catch(() => undefined);
    if (ports) return ports;
    guard.close();
  }
  throw new Error(`no ${slotSize} free ports were found`);
}

/** {@link takePorts} for all parts of the demo. */
export const freePorts = (): Promise<Record<Part, number>> => takePorts(parts);

/** {@link takePorts} for one port. */
export const freePort = async (): Promise<number> => (await takePorts(['port'])).port;

/** Listens without keeping this process alive. @returns nothing if the port is in use */
function listen(port: number) {
  const server = createServer().unref();
  return new Promise<typeof server | undefined>((resolve) => {
    server.once('error', () => resolve(undefined));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => resolve(server));
  });
}
