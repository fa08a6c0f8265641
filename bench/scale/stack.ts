import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createProof } from '@latchkey/shared/dpop.ts';
import { beginDevice } from '../../test/e2e/kit/device-flow.ts';
import { startReplicas } from '../../test/e2e/kit/replicas.ts';
import { post } from '../load/request.ts';
import { treeOf } from '../load/server.ts';
import { packedBroker } from '../packed-broker.ts';
import { filledSessionId } from './fill.ts';

const deviceCodeGrant = 'urn:ietf:params:oauth:grant-type:device_code';

/**
 * A broker with the lifetimes of a real installation, a signed-in person, and a waiting device.
 *
 * @param postgres an empty database. Without one, the broker uses a new SQLite file
 * @param workers its processes. Default: one, without a supervisor
 */
export async function startScaleStack(postgres?: string, workers = 1) {
  const program = await packedBroker();
  const replicas = await startReplicas({
    program: () => program,
    workers: workers > 1 ? workers : undefined,
    count: 1,
    store: postgres ?? 'sqlite:./scale.db',
    lifetime: '5m',
    fresh: '2h',
    adjust: (config) => Object.assign(config, { rate_limit_factor: 10_000 }),
  });
  const { origins } = replicas;
  const [broker] = replicas.replicas;
  if (!broker) throw new Error('no broker was started');
  const { session, token } = await replicas.signIn();
  const device = await beginDevice(origins.broker, 'tv');
  const { host } = new URL(origins.broker);
  const cookieOf = (filled: number | undefined): string =>
    filled === undefined ? session.cookie : session.cookie.replace(/=[^.]+/, `=${filledSessionId(filled)}`);

  return {
    broker,
    port: Number(new URL(broker.origin).port),
    workers,
    store: postgres ?? join(replicas.dir, 'scale.db'),
    close: replicas.close,
    /**
     * `POST /session/token`, each with its own proof, made before the clock starts.
     *
     * @param filled sessions of the filled store, used one after the other. Default: the one that signed in
     */
    async tokenRequests(count: number, filled: readonly number[] = []): Promise<Buffer[]> {
      const { status } = await token();
      if (status !== 200) throw new Error(`the session answers ${status}`);
      const url = `${origins.broker}/session/token`;
      const target = { method: 'POST', url, nonce: session.nonce };
      const body = JSON.stringify({ origin: origins.notes, resource: origins.api, scope: 'orders:read' });
      const headers = { 'Latchkey-Client': 'extension/0.1.0' };
      return Promise.all(
        Array.from({ length: count }, async (_, index) => {
          const DPoP = await createProof(session.keys, target, Date.now());
          const path = '/session/token';
          const Cookie = cookieOf(filled[index % filled.length]);
          return post({ host, path, contentType: 'application/json', body, headers: { ...headers, Cookie, DPoP } });
        }),
      );
    },
    /** The waiting device's polls. The broker also looks up those that come too soon. */
    pollRequests(count: number): Buffer[] {
      const form = { grant_type: deviceCodeGrant, client_id: 'tv', device_code: device.device_code };
      const body = new URLSearchParams(form).toString();
      const contentType = 'application/x-www-form-urlencoded';
      return Array<Buffer>(count).fill(post({ host, path: '/token', contentType, body }));
    },
    /** The resident memory of all processes of the broker, in MB. */
    memoryMb(): number {
      return Math.round(treeOf(broker.pid ?? 0).reduce((sum, pid) => sum + residentKb(pid), 0) / 1_024);
    },
  };
}

function residentKb(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

export type ScaleStack = Awaited<ReturnType<typeof startScaleStack>>;
