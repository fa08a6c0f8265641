import { createServer } from 'node:net';

/** All parts that listen, in the order of their ports. `admin` is the broker's port for operators. */
export const parts = ['idp', 'broker', 'shop', 'notes', 'api', 'admin', 'tv'] as const;
export type Part = (typeof parts)[number];

/** A port is in use. The message names the part and what to do. */
export class PortTakenError extends Error {
  override readonly name = 'PortTakenError';
}

/** The port of each part: consecutive ports that begin at `first`. */
export const rowOfPorts = (first: number): Record<Part, number> => rowOf(parts, first);

const rowOf = <P extends string>(names: readonly P[], first: number): Record<P, number> =>
  Object.fromEntries(names.map((name, index) => [name, first + index])) as Record<P, number>;

/** The origins of the parts. */
export const originsOf = (ports: Record<Part, number>): Record<Exclude<Part, 'admin'>, string> => ({
  idp: `http://127.0.0.1:${ports.idp}`,
  broker: `http://localhost:${ports.broker}`,
  shop: `http://shop.localhost:${ports.shop}`,
  notes: `http://notes.localhost:${ports.notes}`,
  api: `http://127.0.0.1:${ports.api}`,
  tv: `http://tv.localhost:${ports.tv}`,
});

/** Whether the port is free on the loopback interface. */
async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ port, host: '127.0.0.1', exclusive: true }, resolve);
    });
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}

/** {@link claimPorts} for all parts of the demo. */
export const claimRow = (first: number, random: () => number = Math.random): Promise<Record<Part, number>> =>
  claimPorts(parts, first, random);

/**
 * A port for each name: those that begin at `first`, or any free ones if `first` is 0.
 *
 * @throws {PortTakenError} if one of the ports is in use
 */
export async function claimPorts<P extends string>(
  names: readonly P[],
  first: number,
  random: () => number = Math.random,
): Promise<Record<P, number>> {
  if (first === 0) return findFreeRow(names, random);
  const row = rowOf(names, first);
  for (const [name, port] of Object.entries(row)) {
    if (await isFree(port as number)) continue;
    throw new PortTakenError(
      `Port ${port} (${name}) is in use. Stop what listens there, or choose another row of ${names.length} ports, such as ` +
        '`--port 9500`, or `--port 0` for any free one.',
    );
  }
  return row;
}

/**
 * Picks consecutive ports, free or not: above the last port that browsers and `fetch` refuse (10080), and below the range that
 * systems use for outgoing connections, so that free ports stay free.
 */
export const drawRow = (random: () => number): Record<Part, number> => rowOfPorts(drawPort(random));

const drawPort = (random: () => number): number => 11_000 + Math.floor(random() * 19_000);

async function findFreeRow<P extends string>(names: readonly P[], random: () => number): Promise<Record<P, number>> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const row = rowOf(names, drawPort(random));
    const free = await Promise.all(Object.values<number>(row).map(isFree));
    if (free.every(Boolean)) return row;
  }
  throw new PortTakenError(`No row of ${names.length} free ports was found. Choose one with --port.`);
}
