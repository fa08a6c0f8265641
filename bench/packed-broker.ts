import { join } from 'node:path';
import { bundle } from '../packaging/bundle.ts';
import { packages, root } from '../packaging/packages.ts';

let building: Promise<string> | undefined;

/**
 * Builds the broker as the published package has it, once in this process: a broker that runs still loads parts of it. The
 * source is slower to start and takes more memory, because Node first strips its types.
 *
 * @returns the program, which takes the same arguments as `latchkey`
 */
export function packedBroker(): Promise<string> {
  building ??= build();
  return building;
}

async function build(): Promise<string> {
  const broker = packages.find(({ name }) => name === 'latchkey');
  if (!broker) throw new Error('packaging/packages.ts has no broker');
  await bundle(broker);
  return join(root, broker.dir, 'dist/main.js');
}
