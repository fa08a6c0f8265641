import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { demoCode } from '../../../demo/idp/second-factor.ts';
import { serve } from '../../../demo/serve.ts';
import { freePort } from '../../e2e/kit/ports.ts';
import { cacheFolder } from '../cache.ts';
import { type BrokerClient, lasting, NotHere, type Place, type Provider, type RunningProvider } from '../provider.ts';
import { run } from '../run.ts';
import { type ServerProcess, startServer } from '../server-process.ts';
import { createAdmin } from './admin.ts';
import { createLoginApp } from './login-app.ts';

/** The same as in `go.mod`, where its dependencies are pinned. */
const version = 'v2.3.0';
export const hydraVersion = version.slice(1);
const graceMs = 30_000;

/** Ory Hydra, built from its Go module, with SQLite and a login app of ours. */
export const hydra: Provider = {
  name: 'hydra',
  async provide(say) {
    const program = await provideHydra(say);
    return { version: hydraVersion, start: (place) => start(program, place) };
  },
};

/**
 * Finds Hydra's program, or builds it.
 *
 * @throws {NotHere} if this machine can't have it
 */
export async function provideHydra(say: (line: string) => void): Promise<string> {
  await run('go', ['version']).catch(() => {
    throw new NotHere('needs Go and a C compiler: there is no working go on the PATH');
  });
  const program = join(await cacheFolder(`hydra-${version}`), 'hydra');
  if (existsSync(program)) return program;
  say(`hydra: building ${version} with Go, which takes minutes`);
  const args = ['build', '-tags', 'sqlite,sqlite_omit_load_extension', '-o', program, 'github.com/ory/hydra/v2'];
  await run('go', args, { cwd: import.meta.dirname }).catch(({ stderr = '' }) => {
    throw new NotHere(`Go could not build it: ${String(stderr).trim().split('\n').at(-1)}`);
  });
  return program;
}

interface HydraPlace extends Pick<Place, 'dir' | 'origin' | 'port'> {
  adminPort: number;
  /** The origin of the login app. */
  app: string;
  /** Additional settings. */
  env?: NodeJS.ProcessEnv;
}

/** Creates Hydra's database in `dir`. @returns what starts Hydra on it, as often as wanted */
export async function prepareHydra(
  program: string,
  { dir, origin, port, adminPort, app, env: more }: HydraPlace,
): Promise<() => Promise<ServerProcess>> {
  const env = {
    DSN: `sqlite://${join(dir, 'hydra.db')}?_fk=true`,
    URLS_SELF_ISSUER: origin,
    URLS_SELF_PUBLIC: origin,
    URLS_LOGIN: `${app}/login`,
    URLS_CONSENT: `${app}/consent`,
    URLS_LOGOUT: `${app}/logout`,
    URLS_POST_LOGOUT_REDIRECT: `${app}/signed-out`,
    SECRETS_SYSTEM: randomBytes(32).toString('base64url'),
    SERVE_PUBLIC_HOST: '127.0.0.1',
    SERVE_PUBLIC_PORT: String(port),
    SERVE_ADMIN_HOST: '127.0.0.1',
    SERVE_ADMIN_PORT: String(adminPort),
    TTL_REFRESH_TOKEN: '720h',
    OAUTH2_GRANT_REFRESH_TOKEN_ROTATION_GRACE_PERIOD: `${graceMs / 1_000}s`,
    SQA_OPT_OUT: 'true',
    LOG_LEVEL: 'warn',
    ...more,
  };
  await run(program, ['migrate', 'sql', '-e', '--yes'], { env: { ...process.env, ...env } });
  return () =>
    startServer({
      program,
      // Its public address has no TLS here.
      args: ['serve', 'all', '--dev'],
      env,
      logFile: join(dir, 'hydra.log'),
      // Hydra makes its keys when they are first asked for, and answers only then.
      isReady: async () => {
        for (const path of ['openid-configuration', 'jwks.json'])
          if (!(await fetch(`http://127.0.0.1:${port}/.well-known/${path}`)).ok) return false;
        return true;
      },
    });
}

async function start(program: string, { dir, origin, port, client, users }: Place): Promise<RunningProvider> {
  const [adminPort, appPort] = [await freePort(), await freePort()];
  const app = `http://127.0.0.1:${appPort}`;
  const people = {
    users,
    disabled: new Set<string>(),
    unassigned: new Set<string>(),
    namesGroups: true,
    sessions: new Map<string, Set<string>>(),
  };
  const admin = createAdmin(`http://127.0.0.1:${adminPort}`);
  const loginApp = await serve(getRequestListener(createLoginApp(admin, people).fetch), appPort);
  const startHydra = await prepareHydra(program, { dir, origin, port, adminPort, app });
  let server = await startHydra();
  await createClient(program, adminPort, client);

  return {
    upstream: {
      issuer: origin,
      scopes: ['openid', 'profile', 'email', 'offline_access'],
      preset: 'hydra',
      refresh_leeway: `${graceMs / 1_000}s`,
    },
    rotation: { rotates: true, leewayMs: graceMs },
    signInField: 'input[name=password]',
    async signIn(page, user) {
      await page.fill('input[name=username]', user.username);
      await page.fill('input[name=password]', user.password);
      await page.getByRole('button', { name: 'Sign in' }).click();
    },
    async secondFactor(page) {
      await page.fill('input[name=otp]', demoCode);
      await page.getByRole('button', { name: 'Continue' }).click();
    },
    async confirmSignOut(page) {
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByRole('heading', { name: 'Signed out' }).waitFor();
    },
    async signOutThere(page) {
      await page.goto(`${origin}/oauth2/sessions/logout`);
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByRole('heading', { name: 'Signed out' }).waitFor();
    },
    async endSessions({ username }) {
      for (const id of people.sessions.get(username) ?? [])
        await admin.call('DELETE', `/oauth2/auth/sessions/login?sid=${id}`).catch(onlyIfUnknown);
      people.sessions.delete(username);
    },
    async disable({ username }) {
      people.disabled.add(username);
      // Hydra knows no people. Whoever disables one revokes what Hydra has issued.
      await admin.call('DELETE', `/oauth2/auth/sessions/consent?subject=${username}&all=true`);
    },
    async unassign({ username }) {
      people.unassigned.add(username);
    },
    async dropGroups() {
      people.namesGroups = false;
    },
    async replaceSecret(secret) {
      await admin.call('PATCH', `/clients/${client.id}`, [{ op: 'replace', path: '/client_secret', value: secret }]);
    },
    async rollKeys() {
      const set = 'hydra.openid.id-token';
      const { keys } = await admin.call('GET', `/keys/${set}`);
      await admin.call('POST', `/keys/${set}`, { alg: 'RS256', use: 'sig', kid: randomBytes(8).toString('hex') });
      for (const { kid } of keys) await admin.call('DELETE', `/keys/${set}/${kid}`);
    },
    async stop() {
      await server.stop();
    },
    async start() {
      server = await startHydra();
    },
    async close() {
      await server.stop();
      await loginApp.close();
    },
    cannot: lasting,
  };
}

/** With the command of docs/providers/hydra.md. */
async function createClient(program: string, adminPort: number, client: BrokerClient): Promise<void> {
  await run(program, [
    ...['create', 'client', '--endpoint', `http://127.0.0.1:${adminPort}`],
    ...['--id', client.id, '--name', 'Latchkey', '--secret', client.secret],
    ...['--grant-type', 'authorization_code,refresh_token', '--response-type', 'code'],
    ...['--scope', 'openid,profile,email,offline_access', '--token-endpoint-auth-method', 'client_secret_basic'],
    ...client.redirectUris.flatMap((uri) => ['--redirect-uri', uri]),
    ...['--post-logout-callback', client.postLogoutRedirectUri],
    ...['--backchannel-logout-callback', client.backchannelLogoutUri, '--backchannel-logout-session-required'],
  ]);
}

/** A session that has ended since. */
const onlyIfUnknown = (error: Error) => {
  if (!error.message.includes(' 404 ')) throw error;
};
