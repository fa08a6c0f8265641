import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createIdp } from '../../demo/idp/idp.ts';
import { originsOf } from '../../demo/ports.ts';
import { serve } from '../../demo/serve.ts';
import { demoUsers } from '../../demo/users.ts';
import { commitOf } from '../../packaging/commit.ts';
import { packages, root } from '../../packaging/packages.ts';
import { allowDevice } from '../e2e/kit/device-flow.ts';
import { freePorts } from '../e2e/kit/ports.ts';
import { ordersInBuiltPage } from './built-page.ts';
import { deadLinksIn } from './dead-links.ts';
import { createFolder, type Folder, packedIn, registryAnswers } from './folder.ts';
import { connectInPlainPage } from './plain-page.ts';

const canInstall = registryAnswers();
const why = canInstall ? '' : ' (skipped: npm reaches no registry)';

const packed = packedIn(inject('packed'));

const libraries = ['page', 'react', 'vue', 'api', 'device', 'testing'].map((name) => `@latchkey/${name}`);
/** Every module that people import, and something that each exports. */
const modules: Record<string, string[]> = {
  '@latchkey/page': ['connect', 'LatchkeyError', 'whenInstalled'],
  '@latchkey/page/apis': ['connect', 'LatchkeyError', 'whenInstalled'],
  '@latchkey/page/worker': ['connectPort'],
  '@latchkey/react': ['LatchkeyProvider', 'useLatchkey', 'useAccess', 'useToken', 'RequireAccess', 'LatchkeyError'],
  '@latchkey/vue': ['latchkey', 'useLatchkey', 'useAccess', 'RequireAccess', 'LatchkeyError'],
  '@latchkey/vue/router': ['accessGuard'],
  '@latchkey/vue/token': ['useToken'],
  '@latchkey/testing': ['fakeLatchkey', 'initScript'],
  '@latchkey/testing/issuer': ['createIssuer'],
  '@latchkey/api': ['verifier', 'ApiError', 'dialects', 'parseScope', 'corsHeaders'],
  '@latchkey/api/hono': ['guard', 'cors'],
  '@latchkey/api/express': ['guard', 'cors', 'claimsOf'],
  '@latchkey/api/fastify': ['guard', 'cors', 'claimsOf'],
  '@latchkey/api/node': ['guard', 'cors'],
  '@latchkey/api/request': ['guard', 'cors'],
  '@latchkey/device': ['deviceLogin', 'loopbackLogin', 'refresh', 'revoke', 'DeviceError'],
  '@latchkey/device/store': ['credentialFile', 'profilePath', 'StoreError'],
};

/** What runs only after Angular's compiler has read it: `angular.test.ts`. */
const forAngular = [
  '@latchkey/angular',
  '@latchkey/angular/http',
  '@latchkey/angular/parts',
  '@latchkey/angular/router',
  '@latchkey/angular/token',
];

it('names every module that the packages export', async () => {
  const exported = await Promise.all(
    packages.map(async ({ name, dir }) => {
      const { exports } = JSON.parse(await readFile(join(root, dir, 'package.json'), 'utf8'));
      const paths = Object.keys(exports).filter((path) => !path.endsWith('.json'));
      return paths.map((path) => `${name}${path.slice(1)}`);
    }),
  );
  expect(exported.flat().toSorted()).toEqual([...Object.keys(modules), ...forAngular].toSorted());
});

describe.skipIf(!canInstall)(`the libraries, installed in an empty folder${why}`, () => {
  let folder: Folder;
  /** The oldest Node that they say they run on, of each line. */
  const oldest = ['20.19.0', '22.12.0'];
  const bins = new Map<string, string>();

  beforeAll(async () => {
    folder = await createFolder();
    await folder.install(...libraries.map((name) => packed.tarball(name)));
  }, 120_000);
  afterAll(() => folder[Symbol.asyncDispose]());

  it('bring jose and oauth4webapi, and nothing else but the frameworks that some of them are for', async () => {
    const { own, peers } = await folder.installed();
    expect(own).toEqual([...libraries, 'jose', 'oauth4webapi'].toSorted());
    const frameworks = ['react', 'vue'];
    expect(peers).toEqual(expect.arrayContaining(frameworks));
    const manifests = libraries.map((name) => readFile(join(folder.dir, 'node_modules', name, 'package.json'), 'utf8'));
    const named = (await Promise.all(manifests)).flatMap((text) => {
      const { peerDependencies = {}, peerDependenciesMeta = {} } = JSON.parse(text);
      return Object.keys(peerDependencies).filter((name) => !peerDependenciesMeta[name]?.optional);
    });
    expect(named.toSorted()).toEqual(frameworks);
  });

  it('run on the Nodes that their engines name, by import and by require, with one class for both', async () => {
    const engines = JSON.parse(await readFile(join(folder.dir, 'node_modules/@latchkey/api/package.json'), 'utf8'));
    expect(engines.engines.node).toBe(
      oldest.map((version, index) => (index === 0 ? '^' : '>=') + version).join(' || '),
    );
    for (const version of oldest) {
      await using nodes = await createFolder();
      // The npm package `node` unpacks this one, by a script of its own.
      await nodes.install(`node-${process.platform}-${process.arch}@${version}`);
      const bin = join(nodes.dir, `node_modules/node-${process.platform}-${process.arch}/bin/node`);
      bins.set(version, bin);
      expect(await nodes.node(['--version'], { bin })).toBe(`v${version}`);
      await folder.write('all.mjs', program('import'));
      await folder.write('all.cjs', program('require'));
      for (const file of ['all.mjs', 'all.cjs']) {
        expect(await folder.node([file], { bin }), `${file} on ${version}`).toBe('everything is there');
        expect(await folder.node([file]), `${file} on this Node`).toBe('everything is there');
      }
    }
  }, 180_000);

  it('verify: a request without a good token is refused', async () => {
    await folder.write(
      'verify.mjs',
      `import { ApiError, dialects, verifier } from '@latchkey/api';
       import { guard } from '@latchkey/api/request';
       const verify = verifier({ issuer: 'https://latchkey.example.com', audience: 'https://api.example.com' });
       const request = new Request('https://api.example.com/', { headers: { authorization: 'Bearer nonsense' } });
       const error = await verify(request).catch((e) => e);
       const answer = await guard(verify)()(() => new Response('in'))(request);
       console.log(error instanceof ApiError, error.reason, answer.status, Object.keys(dialects).length);`,
    );
    expect(await folder.node(['verify.mjs'])).toBe('true malformed 401 6');
  });

  it('have source maps beside their modules', async () => {
    const map = JSON.parse(await readFile(join(folder.dir, 'node_modules/@latchkey/api/dist/index.js.map'), 'utf8'));
    expect(map.sourcesContent.join('')).toContain('export function verifier');
  });

  it('the page’s imports nothing at its start, and is small: every visitor of every site pays for it', async () => {
    const code = await readFile(join(folder.dir, 'node_modules/@latchkey/page/dist/index.js'), 'utf8');
    expect(code).not.toMatch(/\bimport(?!\()/);
    expect(gzipSync(code, { level: 9 }).length).toBeLessThanOrEqual(2_500);
  });

  it('the page’s loads by <script type="module">, without a bundler', async () => {
    const dist = join(folder.dir, 'node_modules/@latchkey/page/dist');
    expect(await connectInPlainPage(dist)).toBe('outcome: not_installed, true');
  }, 60_000);

  describe('have types that hold in a strict project', () => {
    beforeAll(() => folder.install(...libraries.map((name) => packed.tarball(name)), '@types/react'), 120_000);

    it.each([
      ['bundler', 'esnext', 'bundler', 'typed.ts'],
      ['node16, ES modules', 'node16', 'node16', 'typed.mts'],
      ['node16, CommonJS', 'node16', 'node16', 'typed.cts'],
      ['nodenext, CommonJS', 'nodenext', 'nodenext', 'typed.cts'],
    ])(
      '%s',
      async (_, module, moduleResolution, file) => {
        await folder.write(file, typed);
        const options = ['--noEmit', '--strict', '--target', 'es2022', '--types', 'node', '--skipLibCheck', 'false'];
        const roots = ['--typeRoots', join(root, 'node_modules/@types'), '--ignoreConfig'];
        const compiler = join(root, 'node_modules/typescript/bin/tsc');
        const args = [compiler, ...options, ...roots, '--module', module, '--moduleResolution', moduleResolution, file];
        await folder.node(args).catch((error: { stdout: string }) => Promise.reject(new Error(error.stdout)));
      },
      60_000,
    );
  });
});

describe.skipIf(!canInstall)(`@latchkey/react, installed in an empty folder${why}`, () => {
  const tarballs = () => ['@latchkey/page', '@latchkey/react'].map((name) => packed.tarball(name));

  it.each(['18', '19'])(
    'renders the state loading on a server with React %s',
    async (version) => {
      await using folder = await createFolder();
      await folder.install(...tarballs(), `react@${version}`, `react-dom@${version}`);
      await folder.write(
        'render.mjs',
        `import { LatchkeyProvider, RequireAccess, useLatchkey } from '@latchkey/react';
       import { createElement as h, version } from 'react';
       import { renderToString } from 'react-dom/server';
       const State = () => h('p', null, useLatchkey().state);
       const guarded = h(RequireAccess, { instead: { loading: 'wait' } }, 'orders');
       const options = { resource: 'https://api.example.com', scopes: [] };
       console.log(version.split('.')[0], renderToString(h(LatchkeyProvider, options, h(State), guarded)));`,
      );
      expect(await folder.node(['render.mjs'])).toBe(`${version} <p>loading</p>wait`);
      const code = await readFile(join(folder.dir, 'node_modules/@latchkey/react/dist/index.js'), 'utf8');
      // For frameworks that render on a server: these are components of the browser.
      expect(code).toMatch(/^"use client";/);
    },
    120_000,
  );

  it('builds the quickstart, which loads prompts and texts only when they are shown', async () => {
    await using folder = await createFolder();
    await cp(join(root, 'examples/react'), folder.dir, { recursive: true });
    await folder.install(...tarballs());
    await folder.node(['node_modules/typescript/bin/tsc', '-p', '.']);
    await folder.node(['node_modules/vite/bin/vite.js', 'build']);
    await loadsPartsLater(join(folder.dir, 'dist/assets'));
    expect(await ordersInBuiltPage(join(folder.dir, 'dist'))).toEqual(['2 × Gear']);
  }, 180_000);
});

describe.skipIf(!canInstall)(`@latchkey/vue, installed in an empty folder${why}`, () => {
  const tarballs = () => ['@latchkey/page', '@latchkey/vue'].map((name) => packed.tarball(name));

  it.each(['3.5.0', '3'])(
    'renders the state loading on a server with Vue %s',
    async (version) => {
      await using folder = await createFolder();
      await folder.install(...tarballs(), `vue@${version}`);
      await folder.write(
        'render.mjs',
        `import { latchkey, RequireAccess, useLatchkey } from '@latchkey/vue';
       import { useToken } from '@latchkey/vue/token';
       import { createSSRApp, h, version } from 'vue';
       import { renderToString } from 'vue/server-renderer';
       const State = { setup: () => { const [{ state }, { token }] = [useLatchkey(), useToken()]; return () => h('p', [state.value, token.value]); } };
       const guarded = () => h(RequireAccess, null, { default: () => 'orders', loading: () => [h('b', 'wait')] });
       const app = createSSRApp({ render: () => h('main', [h(State), h(guarded)]) });
       app.use(latchkey({ resource: 'https://api.example.com', scopes: [] }));
       console.log(version, (await renderToString(app)).replaceAll(/<!--.*?-->/g, ''));`,
      );
      const said = await folder.node(['render.mjs']);
      expect(said).toMatch(/<main><p>loading<\/p><b>wait<\/b><\/main>$/);
      expect(said.startsWith(`${version}.`) || said.startsWith(`${version} `)).toBe(true);
    },
    120_000,
  );

  it('builds the quickstart, which loads prompts and texts only when they are shown', async () => {
    await using folder = await createFolder();
    await cp(join(root, 'examples/vue'), folder.dir, { recursive: true });
    await folder.install(...tarballs());
    await folder.node(['node_modules/vite/bin/vite.js', 'build']);
    await loadsPartsLater(join(folder.dir, 'dist/assets'));
    expect(await ordersInBuiltPage(join(folder.dir, 'dist'))).toEqual(['2 × Gear']);
  }, 180_000);
});

describe.skipIf(!canInstall)(`latchkey, installed in an empty folder${why}`, () => {
  let folder: Folder;
  let latchkey: string;

  beforeAll(async () => {
    folder = await createFolder();
    await folder.install(packed.tarball('latchkey'));
    latchkey = join(folder.dir, 'node_modules/latchkey/bin/latchkey.js');
  }, 120_000);
  afterAll(() => folder[Symbol.asyncDispose]());

  it('says its version and commit, and prints the schema of its configuration', async () => {
    const { version } = JSON.parse(await readFile(join(root, 'broker/package.json'), 'utf8'));
    const commit = commitOf(root);
    expect(await folder.node([latchkey, '--version'])).toBe(commit ? `${version} (${commit})` : version);
    expect(JSON.parse(await folder.node([latchkey, 'schema']))).toMatchObject({ type: 'object' });
  });

  it('brings pages without a dead link', () => {
    expect(deadLinksIn(join(folder.dir, 'node_modules/latchkey'))).toEqual([]);
  });

  it('tells an old Node what it needs, in one sentence', async () => {
    await folder.write('old.cjs', `Object.defineProperty(process.versions, 'node', { value: '18.20.0' });`);
    const failed = await folder.node(['--require', './old.cjs', latchkey, '--version']).catch((error) => error);
    expect(failed).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^Latchkey needs Node\.js 24 or later.*\n$/),
    });
  });

  it.skipIf(process.platform !== 'linux')('asks the keyring by a library that it can do without', async () => {
    const env = {
      LATCHKEY_HOME: join(folder.dir, 'home'),
      DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere',
      SUDO_UID: '',
    };
    const login = ['login', '--device', '--issuer', 'http://127.0.0.1:1', '--store'];
    const failed = (store: string) => folder.node([latchkey, ...login, store], { env }).catch((error) => error);
    const none = "can't be used: this session has no keyring service";
    expect(await failed('keyring')).toMatchObject({ code: 1, stderr: expect.stringContaining(none) });
    await rm(join(folder.dir, 'node_modules/@napi-rs'), { recursive: true });
    const missing = "can't be used: its library isn't installed, or doesn't load on this system (ERR_MODULE_NOT_FOUND)";
    expect(await failed('keyring')).toMatchObject({ code: 1, stderr: expect.stringContaining(missing) });
    expect(await failed('auto')).toMatchObject({ code: 5, stderr: expect.stringContaining("Can't reach") });
  });

  it('makes a configuration, serves it, and signs a command line in', async () => {
    const ports = await freePorts();
    const { idp: idpOrigin, broker } = originsOf(ports);
    const secret = 'a-secret-of-this-test-only';
    const idp = await createIdp({
      issuer: idpOrigin,
      client: { id: 'latchkey', secret, redirectUris: [`${broker}/callback`], postLogoutRedirectUris: [] },
      users: demoUsers,
      now: Date.now,
      log: () => undefined,
    });
    const provider = await serve(idp.handler, ports.idp);
    const env = { GENERIC_CLIENT_SECRET: secret, LATCHKEY_HOME: folder.dir };
    let server: ChildProcess | undefined;
    try {
      const answers = [
        '--issuer',
        broker,
        '--preset',
        'generic',
        '--name',
        'generic',
        '--upstream-issuer',
        idpOrigin,
        '--client-id',
      ];
      const rest = ['latchkey', '--site', 'https://shop.example.com', '--api', 'https://api.example.com'];
      expect(await folder.node([latchkey, 'init', ...answers, ...rest])).toContain('latchkey serve');
      const written = await readFile(join(folder.dir, 'latchkey.yaml'), 'utf8');
      const listening = `listen: 127.0.0.1:${ports.broker}\nadmin_listen: 127.0.0.1:${ports.admin}`;
      await folder.write('latchkey.yaml', written.replace('listen: 127.0.0.1:8787', listening));

      server = spawn(process.execPath, [latchkey, 'serve'], {
        cwd: folder.dir,
        env: { ...process.env, ...env },
        stdio: 'ignore',
      });
      await expect
        .poll(() =>
          fetch(`http://127.0.0.1:${ports.admin}/readyz`).then(
            ({ status }) => status,
            () => 0,
          ),
        )
        .toBe(200);
      const style = await fetch(`${broker}/assets/pages.css`);
      expect([style.status, style.headers.get('content-type')]).toEqual([200, expect.stringContaining('css')]);

      const login = spawn(
        process.execPath,
        [latchkey, 'login', '--issuer', broker, '--client', 'cli', '--device', '--json'],
        { cwd: folder.dir, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] },
      );
      const ended = once(login, 'exit');
      const [first] = await once(login.stdout, 'data');
      const [user] = demoUsers;
      if (!user) throw new Error('the demo has no users');
      await allowDevice({ broker, idp: idpOrigin }, JSON.parse(String(first).split('\n')[0] ?? '').user_code, user);
      expect(await ended).toEqual([0, null]);
      const token = await folder.node([latchkey, 'token'], { env });
      const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
      expect(claims).toMatchObject({ iss: broker, client_id: 'cli', scope: expect.stringContaining('read') });
    } finally {
      if (server) {
        const stopped = once(server, 'exit');
        server.kill('SIGTERM');
        await stopped;
      }
      await provider.close();
    }
  }, 120_000);
});

/** The prompts and each of their languages are files of their own. */
async function loadsPartsLater(assets: string): Promise<void> {
  const built = await readdir(assets);
  for (const part of ['index', 'prompt', 'de', 'ja']) {
    expect(
      built.filter((file) => file.startsWith(`${part}-`) && file.endsWith('.js')),
      part,
    ).toHaveLength(1);
  }
}

/** A program that gets every module, and says so where it exports what it should. */
function program(how: 'import' | 'require'): string {
  const get = (name: string) => (how === 'import' ? `await import('${name}')` : `require('${name}')`);
  const checks = Object.entries(modules).map(
    ([name, members]) => `check('${name}', ${get(name)}, ${JSON.stringify(members)});`,
  );
  const both =
    how === 'import'
      ? ''
      : `import('@latchkey/api').then(({ ApiError }) => { if (ApiError !== require('@latchkey/api').ApiError) throw new Error('two ApiErrors'); });`;
  return `function check(name, module, members) {
      for (const member of members) if (module[member] === undefined) throw new Error(name + ' has no ' + member);
    }
    ${checks.join('\n')}
    ${both}
    console.log('everything is there');`;
}

const typed = `
import { createServer } from 'node:http';
import { type Claims, verifier } from '@latchkey/api';
import { guard } from '@latchkey/api/node';
import { guard as ofExpress } from '@latchkey/api/express';
import { guard as ofFastify } from '@latchkey/api/fastify';
import { guard as ofRequest } from '@latchkey/api/request';
import { deviceLogin, type Tokens } from '@latchkey/device';
import { credentialFile } from '@latchkey/device/store';
import { connect, type Latchkey } from '@latchkey/page';
import { type Apis, connect as connectAll, type Proof } from '@latchkey/page/apis';
import { connectPort } from '@latchkey/page/worker';
import { LatchkeyProvider, type State, useLatchkey } from '@latchkey/react';
import { latchkey, type LatchkeyPlugin, RequireAccess } from '@latchkey/vue';
import { accessGuard } from '@latchkey/vue/router';
import { useToken } from '@latchkey/vue/token';
import { h } from 'vue';
import { type FakeLatchkey, initScript } from '@latchkey/testing';
import { createIssuer, type TestIssuer } from '@latchkey/testing/issuer';
const verify = verifier({ issuer: 'https://a.example', audience: 'b', provider: 'okta', clients: ['c'] });
const require_ = guard(verify);
createServer(require_({ scopes: ['s'], acr: 'phr', maxAge: 60 })((_req, res, { sub }: Claims) => res.end(sub)));
export const guards = [ofExpress(verify), ofFastify(verify), ofRequest(verify)];
export const page: Promise<Latchkey> = connect({ resource: 'https://a.example' });
export const worker: Promise<Latchkey> = page.then((lk) => lk.port()).then((port) => connectPort(port));
export const apis: Promise<Apis> = connectAll({ resources: [{ resource: 'https://a.example', scopes: ['s'] }] });
export const proof: Promise<Proof> = apis.then((lk) => lk.proof('GET', 'wss://a.example/live'));
// @ts-expect-error the resource follows from the URL
apis.then((lk) => lk.fetch('https://a.example', { resource: 'b' }));
export const state: State | undefined = undefined;
export const react = [LatchkeyProvider, useLatchkey];
export const vue: LatchkeyPlugin = latchkey({ resource: 'https://a.example', scopes: [] });
export const vueGuard: (to: string) => Promise<string | true> = accessGuard((_to: string, state) => state);
export const vueToken = useToken;
export const guarded = () => h(RequireAccess, { scopes: ['s'] }, { signed_out: () => [] });
// @ts-expect-error scopes are a list
h(RequireAccess, { scopes: 's' });
export const script: string = initScript({ account: { sub: 'ada' } });
export const fake: FakeLatchkey | undefined = undefined;
export const issuer: Promise<TestIssuer> = createIssuer({ audience: 'b' });
export const login = deviceLogin({ issuer: 'https://a.example', clientId: 'tv' });
export const tokens: Tokens | undefined = undefined;
export const store = credentialFile;
// @ts-expect-error there is no such provider
verifier({ issuer: 'https://a.example', audience: 'b', provider: 'google' });
`;
