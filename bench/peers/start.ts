import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { NotHere } from '../../test/providers/provider.ts';
import type { BenchTokens } from '../tokens.ts';
import { apache } from './apache.ts';
import { hydra } from './hydra.ts';
import { keycloak } from './keycloak.ts';
import { oauth2Proxy } from './oauth2-proxy.ts';
import { oidcProvider } from './oidc-provider.ts';
import type { Peer, RunningPeer, WorkName } from './peer.ts';

const all: readonly Peer[] = [oidcProvider, hydra, keycloak, apache, oauth2Proxy];

/** A product that this machine can't have. */
export interface LeftOut {
  name: string;
  why: string;
}

/**
 * Starts the products that do one of `works`, one after the other.
 *
 * @param started ends them, also if one fails to start
 */
export async function startPeers(
  works: ReadonlySet<WorkName>,
  {
    dir,
    tokens,
    say,
    started,
  }: { dir: string; tokens: BenchTokens; say: (line: string) => void; started: AsyncDisposableStack },
): Promise<{ peers: RunningPeer[]; leftOut: LeftOut[] }> {
  const peers: RunningPeer[] = [];
  const leftOut: LeftOut[] = [];
  for (const { name, start } of all.filter((peer) => peer.does.some((work) => works.has(work)))) {
    say(`starting: ${name}`);
    const folder = join(dir, `peer-${name}`);
    await mkdir(folder);
    try {
      peers.push(started.adopt(await start({ dir: folder, say, tokens }), (peer) => peer.close()));
    } catch (error) {
      if (!(error instanceof NotHere)) throw error;
      leftOut.push({ name, why: error.message });
    }
  }
  return { peers, leftOut };
}
