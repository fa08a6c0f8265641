import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../test/e2e/kit/ports.ts';
import { cacheFolder } from '../../test/providers/cache.ts';
import { NotHere } from '../../test/providers/provider.ts';
import { run } from '../../test/providers/run.ts';
import { startServer } from '../../test/providers/server-process.ts';
import { get } from '../load/request.ts';
import { ask, isAllowed, repeated } from './oauth.ts';
import type { Peer } from './peer.ts';

const version = 'v7.15.6';

/** oauth2-proxy for forward authentication by bearer token: `/oauth2/auth` with `--skip-jwt-bearer-tokens`. */
export const oauth2Proxy: Peer = {
  name: 'oauth2-proxy',
  does: ['verify', 'verify fresh'],
  async start({ dir, tokens, say }) {
    const program = await provide(say);
    const port = await freePort();
    const host = `127.0.0.1:${port}`;
    const request = (token: string) =>
      get({ host, path: '/oauth2/auth', headers: { Authorization: `Bearer ${token}` } });
    const process = await startServer({
      program,
      args: [
        ...['--provider=oidc', '--skip-oidc-discovery', `--oidc-issuer-url=${tokens.issuer}`],
        ...[`--login-url=${tokens.issuer}/authorize`, `--redeem-url=${tokens.issuer}/token`],
        ...[`--oidc-jwks-url=${tokens.jwksUri}`, '--oidc-enabled-signing-alg=ES256'],
        ...[`--client-id=${tokens.audience}`, '--client-secret=unused', '--email-domain=*'],
        ...['--oidc-email-claim=sub', '--skip-jwt-bearer-tokens', '--skip-claims-from-profile-url'],
        ...['--reverse-proxy', `--http-address=${host}`, '--upstream=static://202'],
        `--cookie-secret=${randomBytes(32).toString('base64url')}`,
      ],
      logFile: join(dir, 'oauth2-proxy.log'),
      isReady: async () => isAllowed(await ask(port, get({ host, path: '/ping' }))),
    });
    const server = { port, pid: process.pid };
    const allowed = await ask(port, request(tokens.seen));
    if (!isAllowed(allowed)) throw new Error(`oauth2-proxy answered ${allowed.status} to a valid token`);
    const refused = await ask(port, request(`${tokens.seen.slice(0, -4)}AAAA`));
    if (isAllowed(refused)) throw new Error(`oauth2-proxy answered ${refused.status} to a forged token`);
    return {
      name: `oauth2-proxy ${version.slice(1)}`,
      work: {
        verify: repeated(server, request(tokens.seen), isAllowed),
        'verify fresh': { server, requests: (count) => tokens.fresh(count).map(request), isExpected: isAllowed },
      },
      close: process.stop,
    };
  },
};

async function provide(say: (line: string) => void): Promise<string> {
  await run('go', ['version']).catch(() => {
    throw new NotHere('needs Go: there is no working go on the PATH');
  });
  const folder = await cacheFolder(`oauth2-proxy-${version}`);
  const program = join(folder, 'oauth2-proxy');
  if (existsSync(program)) return program;
  say(`oauth2-proxy: building ${version} with Go, which takes minutes`);
  await run('go', ['install', `github.com/oauth2-proxy/oauth2-proxy/v7@${version}`], {
    env: { ...process.env, GOBIN: folder },
  }).catch(({ stderr = '' }) => {
    throw new NotHere(`Go could not build: ${String(stderr).trim().split('\n').at(-1)}`);
  });
  return program;
}
