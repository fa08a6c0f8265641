import { randomBytes } from 'node:crypto';
import { freePort } from '../../test/e2e/kit/ports.ts';
import { createAdmin } from '../../test/providers/hydra/admin.ts';
import { hydraVersion, prepareHydra, provideHydra } from '../../test/providers/hydra/hydra.ts';
import { postForm } from '../load/request.ts';
import { askJson, isActive, isToken, repeated } from './oauth.ts';
import type { Peer } from './peer.ts';

const client = { id: 'bench', secret: 'the-secret-of-the-benchmark' };
const audience = 'https://api.example.com';

/** Ory Hydra with SQLite and JWT access tokens. Version 2.3 has no device grant. */
export const hydra: Peer = {
  name: 'hydra',
  does: ['token', 'introspection'],
  async start({ dir, say }) {
    const program = await provideHydra(say);
    const [port, adminPort] = [await freePort(), await freePort()];
    const origin = `http://127.0.0.1:${port}`;
    const start = await prepareHydra(program, {
      dir,
      origin,
      port,
      adminPort,
      app: origin,
      env: { STRATEGIES_ACCESS_TOKEN: 'jwt' },
    });
    const process = await start();
    const admin = createAdmin(`http://127.0.0.1:${adminPort}`);
    const kid = randomBytes(8).toString('hex');
    await admin.call('POST', '/keys/hydra.jwt.access-token', { alg: 'ES256', use: 'sig', kid });
    await admin.call('POST', '/clients', {
      client_id: client.id,
      client_secret: client.secret,
      grant_types: ['client_credentials'],
      scope: 'orders:read',
      audience: [audience],
      token_endpoint_auth_method: 'client_secret_basic',
    });
    const grant = { grant_type: 'client_credentials', scope: 'orders:read', audience };
    const basic = `${client.id}:${client.secret}`;
    const tokenRequest = postForm({ host: `127.0.0.1:${port}`, path: '/oauth2/token', basic }, grant);
    const token = await askJson(port, tokenRequest);
    const ask = { host: `127.0.0.1:${adminPort}`, path: '/admin/oauth2/introspect' };
    return {
      name: `Ory Hydra ${hydraVersion}`,
      work: {
        token: repeated({ port, pid: process.pid }, tokenRequest, isToken),
        introspection: repeated(
          { port: adminPort, pid: process.pid },
          postForm(ask, { token: String(token.access_token) }),
          isActive,
        ),
      },
      close: process.stop,
    };
  },
};
