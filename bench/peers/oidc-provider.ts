import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { forkServer } from '../load/fork-server.ts';
import { postForm } from '../load/request.ts';
import { askJson, isActive, isPending, isToken, repeated } from './oauth.ts';
import type { Peer } from './peer.ts';

const client = { id: 'bench', secret: randomBytes(32).toString('base64url') };
const resource = 'https://api.example.com';
const deviceCode = 'urn:ietf:params:oauth:grant-type:device_code';

export const oidcProvider: Peer = {
  name: 'oidc-provider',
  does: ['token', 'introspection', 'poll'],
  async start() {
    const manifest = new URL('../../node_modules/oidc-provider/package.json', import.meta.url);
    const { version } = JSON.parse(await readFile(manifest, 'utf8')) as { version: string };
    const server = await forkServer(new URL('oidc-provider/server.ts', import.meta.url), {
      NODE_ENV: 'production',
      CLIENT_ID: client.id,
      CLIENT_SECRET: client.secret,
      RESOURCE: resource,
    });
    const { port } = server;
    const host = `127.0.0.1:${port}`;
    const basic = `${client.id}:${client.secret}`;
    const grant = { grant_type: 'client_credentials', scope: 'orders:read' };
    // The library introspects opaque tokens only: those for no resource.
    const opaque = await askJson(port, postForm({ host, path: '/token', basic }, { grant_type: grant.grant_type }));
    const device = await askJson(port, postForm({ host, path: '/device/auth' }, { client_id: 'tv', scope: 'openid' }));
    const poll = { grant_type: deviceCode, client_id: 'tv', device_code: String(device.device_code) };
    return {
      name: `oidc-provider ${version}`,
      work: {
        token: repeated(server, postForm({ host, path: '/token', basic }, { ...grant, resource }), isToken),
        introspection: repeated(
          server,
          postForm({ host, path: '/token/introspection', basic }, { token: String(opaque.access_token) }),
          isActive,
        ),
        poll: repeated(server, postForm({ host, path: '/token' }, poll), isPending),
      },
      close: server.close,
    };
  },
};
