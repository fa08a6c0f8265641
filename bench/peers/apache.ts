import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../../test/e2e/kit/ports.ts';
import { NotHere } from '../../test/providers/provider.ts';
import { run } from '../../test/providers/run.ts';
import { startServer } from '../../test/providers/server-process.ts';
import { get } from '../load/request.ts';
import { ask, isAllowed, repeated } from './oauth.ts';
import type { Peer } from './peer.ts';

const program = '/usr/sbin/apache2';
const modules = '/usr/lib/apache2/modules';
const needed = ['mpm_event', 'authn_core', 'authz_core', 'authz_user', 'oauth2', 'alias'];

/**
 * Apache with `mod_oauth2`, which verifies the broker's tokens by its JWKS. The older `mod_auth_openidc` refers to it for
 * this work. Apache decides in its own process, so no request to a gateway's backend is behind an answer.
 */
export const apache: Peer = {
  name: 'apache',
  does: ['verify', 'verify fresh'],
  async start({ dir, tokens }) {
    if (![program, `${modules}/mod_oauth2.so`].every((file) => existsSync(file)))
      throw new NotHere('needs Apache and mod_oauth2: apt-get install apache2 libapache2-mod-oauth2');
    const port = await freePort();
    await writeFile(join(dir, 'apache.conf'), configuration(dir, port, tokens.jwksUri));
    const request = (token: string) =>
      get({ host: `127.0.0.1:${port}`, path: '/orders', headers: { Authorization: `Bearer ${token}` } });
    const process = await startServer({
      program,
      args: ['-d', dir, '-f', join(dir, 'apache.conf'), '-D', 'FOREGROUND'],
      logFile: join(dir, 'apache.log'),
      isReady: async () => (await ask(port, request(''))).status === 401,
    });
    const allowed = await ask(port, request(tokens.seen));
    if (!isAllowed(allowed)) throw new Error(`Apache answered ${allowed.status} to a valid token`);
    const refused = await ask(port, request(`${tokens.seen.slice(0, -4)}AAAA`));
    if (refused.status !== 401) throw new Error(`Apache answered ${refused.status} to a forged token`);
    const server = { port, pid: process.pid };
    return {
      name: `Apache ${await versionOf()}, mod_oauth2 ${await moduleVersion()}`.trimEnd(),
      work: {
        verify: repeated(server, request(tokens.seen), isAllowed),
        'verify fresh': { server, requests: (count) => tokens.fresh(count).map(request), isExpected: isAllowed },
      },
      close: process.stop,
    };
  },
};

async function versionOf(): Promise<string> {
  const { stdout } = await run(program, ['-v']);
  return /Apache\/([\d.]+)/.exec(stdout)?.[1] ?? '';
}

/** The module can't be asked for its version; the package manager knows it where it installed the module. */
async function moduleVersion(): Promise<string> {
  try {
    return (await run('dpkg-query', ['--show', '--showformat=${Version}', 'libapache2-mod-oauth2'])).stdout.trim();
  } catch {
    return '';
  }
}

/** As root, Apache's workers run as another user, who can't read this run's folder. */
const user = () => (process.getuid?.() === 0 ? 'User www-data\nGroup www-data' : '');

const configuration = (dir: string, port: number, jwksUri: string) => `
ServerName 127.0.0.1
Listen 127.0.0.1:${port}
PidFile ${dir}/apache.pid
ErrorLog ${dir}/apache-error.log
${needed.map((name) => `LoadModule ${name}_module ${modules}/mod_${name}.so`).join('\n')}
${user()}
KeepAlive On
MaxKeepAliveRequests 0
# Nothing is served from it, but its workers must be able to look.
DocumentRoot ${modules}
<Location /orders>
  AuthType oauth2
  OAuth2TokenVerify jwks_uri ${jwksUri} jwks_uri.ssl_verify=false&verify.iss=optional
  Require valid-user
  Redirect 204 /orders
</Location>
`;
