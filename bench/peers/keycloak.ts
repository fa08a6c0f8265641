import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../../test/e2e/kit/ports.ts';
import { createAdmin } from '../../test/providers/keycloak/admin.ts';
import { firstAdmin, keycloakVersion, provideKeycloak, startKeycloak } from '../../test/providers/keycloak/keycloak.ts';
import { realm } from '../../test/providers/keycloak/realm.ts';
import { openConnection } from '../load/connection.ts';
import { postForm } from '../load/request.ts';
import { askJson, isActive, isPending, isToken, repeated } from './oauth.ts';
import type { Peer } from './peer.ts';

const client = { id: 'bench', secret: 'the-secret-of-the-benchmark' };
/** Creating devices takes longer than their polls. */
const pollsPerTurn = 600;
const deviceCode = 'urn:ietf:params:oauth:grant-type:device_code';

/** Keycloak in production mode (`kc.sh start --optimized`), ES256, with its H2 database. */
export const keycloak: Peer = {
  name: 'keycloak',
  does: ['token', 'introspection', 'poll'],
  async start({ dir, say }) {
    const { home, database } = await provideKeycloak(say);
    await copyFile(database, join(dir, 'keycloak.mv.db'));
    const port = await freePort();
    const host = `127.0.0.1:${port}`;
    const origin = `http://${host}`;
    const process = await startKeycloak(home, { origin, port, dir }, { JAVA_OPTS_APPEND: '' });
    await createAdmin(origin, firstAdmin).call('POST', `/realms/${realm}/clients`, {
      clientId: client.id,
      secret: client.secret,
      serviceAccountsEnabled: true,
      standardFlowEnabled: false,
      attributes: {
        'access.token.signed.response.alg': 'ES256',
        'oauth2.device.authorization.grant.enabled': 'true',
      },
      // It answers about tokens to those that are in their audience.
      protocolMappers: [
        {
          name: 'audience',
          protocol: 'openid-connect',
          protocolMapper: 'oidc-audience-mapper',
          config: { 'included.client.audience': client.id, 'access.token.claim': 'true' },
        },
      ],
    });
    const server = { port, pid: process.pid };
    const basic = `${client.id}:${client.secret}`;
    const at = (path: string, form: Record<string, string>) =>
      postForm({ host, path: `/realms/${realm}/protocol/openid-connect/${path}`, basic }, form);
    /** A device that polls sooner than five seconds after its last poll gets `slow_down`, so each poll is another's. */
    async function polls(count: number): Promise<Buffer[]> {
      const connection = await openConnection(port);
      try {
        const requests: Buffer[] = [];
        while (requests.length < count) {
          const { status, body } = await connection.exchange(at('auth/device', { client_id: client.id }));
          if (status !== 200) throw new Error(`Keycloak answered ${status} ${body}`);
          const { device_code } = JSON.parse(body) as { device_code: string };
          requests.push(at('token', { grant_type: deviceCode, device_code }));
        }
        return requests;
      } finally {
        connection.close();
      }
    }
    const token = await askJson(port, at('token', { grant_type: 'client_credentials' }));
    return {
      name: `Keycloak ${keycloakVersion}`,
      work: {
        token: repeated(server, at('token', { grant_type: 'client_credentials' }), isToken),
        introspection: repeated(server, at('token/introspect', { token: String(token.access_token) }), isActive),
        poll: { server, requests: (count) => polls(Math.min(count, pollsPerTurn)), isExpected: isPending },
      },
      close: process.stop,
    };
  },
};
