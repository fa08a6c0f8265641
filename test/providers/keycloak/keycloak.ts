import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../../../demo/program.ts';
import { demoUsers } from '../../../demo/users.ts';
import { freePort } from '../../e2e/kit/ports.ts';
import { cacheFolder } from '../cache.ts';
import { lasting, NotHere, type Place, type Provider, type RunningProvider } from '../provider.ts';
import { run } from '../run.ts';
import { type ServerProcess, startServer } from '../server-process.ts';
import { createAdmin } from './admin.ts';
import { oneTimeCode } from './one-time-code.ts';
import { createRealm, realm } from './realm.ts';
import { addStepUp, denyRole } from './step-up.ts';

export const keycloakVersion = '26.7.3';
const archive = `keycloak-quarkus-dist-${keycloakVersion}.tar.gz`;
export const firstAdmin = { username: 'admin', password: 'the-first-administrator' };

/** Keycloak, from its own distribution, with its H2 database. */
export const keycloak: Provider = {
  name: 'keycloak',
  async provide(say) {
    const { home, database } = await provideKeycloak(say);
    return { version: keycloakVersion, start: (place) => start(home, database, place) };
  },
};

/**
 * Finds or downloads Keycloak.
 *
 * @returns its folder, and a database with the realm, to be copied
 * @throws {NotHere} if this machine can't have it
 */
export async function provideKeycloak(say: (line: string) => void): Promise<{ home: string; database: string }> {
  await needs('java', ['-version'], 'Java 17 or later');
  const folder = await cacheFolder(`keycloak-${keycloakVersion}`);
  const home = join(folder, `keycloak-${keycloakVersion}`);
  if (!existsSync(join(folder, 'built'))) {
    await needs('mvn', ['-version'], 'Maven, which downloads Keycloak');
    await download(folder, say);
    say(`keycloak: building ${home}`);
    await run(join(home, 'bin/kc.sh'), ['build', '--db=dev-file']);
    await writeFile(join(folder, 'built'), '');
  }
  return { home, database: await preparedDatabase(folder, home, say) };
}

async function needs(program: string, args: string[], what: string): Promise<void> {
  await run(program, args).catch(() => {
    throw new NotHere(`needs ${what}: there is no working ${program} on the PATH`);
  });
}

async function download(folder: string, say: (line: string) => void): Promise<void> {
  const artifact = `org.keycloak:keycloak-quarkus-dist:${keycloakVersion}:tar.gz`;
  say(`keycloak: downloading ${artifact} by Maven`);
  try {
    await run('mvn', ['-q', '-B', 'dependency:copy', `-Dartifact=${artifact}`, `-DoutputDirectory=${folder}`]);
  } catch (error) {
    const [reason = ''] = String((error as { stdout?: string }).stdout).match(/\[ERROR\].*/) ?? [];
    throw new NotHere(`Maven could not download ${artifact}: ${reason}`);
  }
  await run('tar', ['-xzf', archive], { cwd: folder });
  await rm(join(folder, archive));
}

/**
 * A database with the realm, its people and its sign-in flow. Creating its tables takes longer than all else, and nothing in it
 * depends on the run: the broker's client is added to a copy.
 */
async function preparedDatabase(folder: string, home: string, say: (line: string) => void): Promise<string> {
  const sources = ['keycloak/realm.ts', 'keycloak/step-up.ts', 'keycloak/one-time-code.ts', '../../demo/users.ts'];
  const hash = createHash('sha256');
  for (const source of sources) hash.update(await readFile(new URL(`../${source}`, import.meta.url)));
  const file = join(folder, `prepared-${hash.digest('hex').slice(0, 16)}.mv.db`);
  if (existsSync(file)) return file;
  say('keycloak: creating its database');
  const dir = join(folder, `preparing-${process.pid}`);
  await mkdir(dir);
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const server = await startKeycloak(home, { origin, port, dir });
  try {
    const admin = createAdmin(origin, firstAdmin);
    await createRealm(admin, demoUsers);
    await addStepUp(admin, realm);
  } finally {
    await server.stop();
  }
  await rename(join(dir, 'keycloak.mv.db'), file);
  await rm(dir, { recursive: true });
  return file;
}

/** Starts Keycloak on `keycloak.mv.db` in `dir`. @param env for runs that are long enough to compile its code */
export const startKeycloak = (
  home: string,
  { origin, port, dir }: Pick<Place, 'origin' | 'port' | 'dir'>,
  env: NodeJS.ProcessEnv = {},
) =>
  startServer({
    program: join(home, 'bin/kc.sh'),
    args: [
      ...['start', '--optimized', '--http-enabled=true', '--http-host=127.0.0.1', `--http-port=${port}`],
      ...[`--hostname=${origin}`, '--cache=local', '--log-level=warn'],
      `--db-url=jdbc:h2:file:${join(dir, 'keycloak')};NON_KEYWORDS=VALUE`,
    ],
    env: {
      KC_BOOTSTRAP_ADMIN_USERNAME: firstAdmin.username,
      KC_BOOTSTRAP_ADMIN_PASSWORD: firstAdmin.password,
      // Runs are too short for the optimizing compiler.
      JAVA_OPTS_APPEND: '-XX:TieredStopAtLevel=1',
      ...env,
    },
    logFile: join(dir, 'keycloak.log'),
    isReady: async () => (await fetch(`http://127.0.0.1:${port}/realms/master`)).ok,
  });

async function start(home: string, database: string, place: Place): Promise<RunningProvider> {
  const { dir, port, client } = place;
  await copyFile(database, join(dir, 'keycloak.mv.db'));
  let server: ServerProcess = await startKeycloak(home, place);
  const inner = `http://127.0.0.1:${port}`;
  const admin = createAdmin(inner, firstAdmin);
  await registerClient(home, place);

  const idOf = async (username: string): Promise<string> =>
    (await admin.call('GET', `/realms/${realm}/users?exact=true&username=${username}`))[0].id;

  return {
    upstream: {
      issuer: `${place.origin}/realms/${realm}`,
      scopes: ['openid', 'profile', 'email', 'offline_access'],
      preset: 'keycloak',
    },
    rotation: { rotates: false, leewayMs: 0 },
    signInField: 'input[name=password]',
    async signIn(page, user) {
      await page.fill('input[name=username]', user.username);
      await page.fill('input[name=password]', user.password);
      await page.click('#kc-login');
    },
    async secondFactor(page) {
      await page.fill('input[name=otp]', oneTimeCode(Date.now()));
      await page.click('#kc-login');
    },
    async confirmSignOut(page) {
      await page.click('#kc-logout');
      await page.getByRole('heading', { name: 'You are logged out' }).waitFor();
    },
    async signOutThere(page) {
      await page.goto(`${place.origin}/realms/${realm}/protocol/openid-connect/logout`);
      await page.click('#kc-logout');
      await page.getByRole('heading', { name: 'You are logged out' }).waitFor();
    },
    async endSessions({ username }) {
      await admin.call('POST', `/realms/${realm}/users/${await idOf(username)}/logout`);
    },
    async disable({ username }) {
      await admin.call('PUT', `/realms/${realm}/users/${await idOf(username)}`, { enabled: false });
    },
    async unassign({ username }) {
      await denyRole(admin, realm, 'not-for-latchkey');
      const role = await admin.call('GET', `/realms/${realm}/roles/not-for-latchkey`);
      await admin.call('POST', `/realms/${realm}/users/${await idOf(username)}/role-mappings/realm`, [role]);
    },
    async dropGroups() {
      const [{ id }] = await admin.call('GET', `/realms/${realm}/clients?clientId=${client.id}`);
      const mappers = `/realms/${realm}/clients/${id}/protocol-mappers`;
      for (const mapper of await admin.call('GET', `${mappers}/models`))
        if (mapper.name === 'groups') await admin.call('DELETE', `${mappers}/models/${mapper.id}`);
    },
    async replaceSecret(secret) {
      const [found] = await admin.call('GET', `/realms/${realm}/clients?clientId=${client.id}`);
      await admin.call('PUT', `/realms/${realm}/clients/${found.id}`, { ...found, secret });
    },
    async rollKeys() {
      const components = `/realms/${realm}/components`;
      const old = await admin.call('GET', `${components}?type=org.keycloak.keys.KeyProvider`);
      await admin.call('POST', components, {
        name: 'rsa-next',
        providerId: 'rsa-generated',
        providerType: 'org.keycloak.keys.KeyProvider',
        config: { priority: ['200'], algorithm: ['RS256'] },
      });
      for (const { id, providerId } of old)
        if (providerId === 'rsa-generated') await admin.call('DELETE', `${components}/${id}`);
    },
    stop: () => server.stop(),
    async start() {
      server = await startKeycloak(home, place);
    },
    close: () => server.stop(),
    cannot: lasting,
  };
}

/** As an administrator does: with the script that we publish. */
async function registerClient(home: string, { dir, port, client }: Place): Promise<void> {
  const config = join(dir, 'kcadm.config');
  const kcadm = join(dir, 'kcadm');
  await writeFile(
    kcadm,
    `#!/bin/sh\ncommand=$1; shift\nexec '${home}/bin/kcadm.sh' "$command" "$@" --config '${config}'\n`,
  );
  await chmod(kcadm, 0o700);
  const server = ['--server', `http://127.0.0.1:${port}`, '--realm', 'master'];
  const { username, password } = firstAdmin;
  await run(kcadm, ['config', 'credentials', ...server, '--user', username, '--password', password]);
  await run(join(root, 'deploy/keycloak/latchkey.sh'), [], {
    env: {
      ...process.env,
      KCADM: kcadm,
      REALM: realm,
      BROKER: client.issuer,
      CLIENT_ID: client.id,
      CLIENT_SECRET: client.secret,
      CHROME_ID: client.chromeId,
      FIREFOX_ID: client.firefoxId,
    },
  });
}
