import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { budgets } from '../../../clients/build/sizes.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../../', import.meta.url));
const built = (name: string) => readFile(join(root, 'dist/clients', name));
let project: string;

/** Somebody else's project, with this package among its dependencies. */
beforeAll(async () => {
  // What is built is looked at below, its size too; a build that failed has left nothing to import.
  await run(process.execPath, ['clients/build.ts'], { cwd: root }).catch(() => undefined);
  project = await mkdtemp(join(tmpdir(), 'latchkey-embedder-'));
  await mkdir(join(project, 'node_modules'));
  await symlink(root, join(project, 'node_modules/latchkey'));
  await writeFile(join(project, 'package.json'), '{"type":"module"}');
}, 120_000);
afterAll(() => rm(project, { recursive: true, force: true }));

const inNode = async (code: string): Promise<string> => {
  await writeFile(join(project, 'main.js'), code);
  return (await run(process.execPath, ['--no-strip-types', 'main.js'], { cwd: project })).stdout.trim();
};

describe('the built clients, in plain Node', () => {
  it('latchkey/api verifies, and its error is one class in the adapters too', async () => {
    const output = await inNode(`
      import { ApiError, dialects, verifier } from 'latchkey/api';
      import { guard } from 'latchkey/api/request';
      const verify = verifier({ issuer: 'https://latchkey.example.com', audience: 'https://api.example.com' });
      const request = new Request('https://api.example.com/', { headers: { authorization: 'Bearer nonsense' } });
      const error = await verify(request).catch((e) => e);
      const answer = await guard(verify)()(() => new Response('in'))(request);
      console.log(error instanceof ApiError, error.reason, answer.status, Object.keys(dialects).length);`);
    expect(output).toBe('true malformed 401 6');
  });

  it.each(['hono', 'express', 'fastify', 'node'])('latchkey/api/%s has its guard and its CORS part', async (name) => {
    const output = await inNode(`
      import { cors, guard } from 'latchkey/api/${name}';
      console.log(typeof guard, typeof cors);`);
    expect(output).toBe('function function');
  });

  it('latchkey/device and latchkey/page have what is documented', async () => {
    const output = await inNode(`
      import { DeviceError, deviceLogin, refresh, revoke } from 'latchkey/device';
      import { connect, LatchkeyError } from 'latchkey/page';
      import { connectPort } from 'latchkey/worker';
      console.log([DeviceError, deviceLogin, refresh, revoke, connect, connectPort, LatchkeyError].every((it) => typeof it === 'function'));`);
    expect(output).toBe('true');
  });
});

describe('the built page client', () => {
  it('imports nothing at its start, and is small: every visitor of every site pays for it', async () => {
    const code = await built('page.js');
    expect(code.toString()).not.toMatch(/\bimport(?!\()/);
    expect(gzipSync(code, { level: 9 }).length).toBeLessThanOrEqual(budgets.page ?? 0);
  });
});

it('the types hold in a strict project, and refuse what is wrong', async () => {
  await writeFile(
    join(project, 'typed.ts'),
    `import { createServer } from 'node:http';
     import { type Claims, verifier } from 'latchkey/api';
     import { guard } from 'latchkey/api/node';
     import { deviceLogin } from 'latchkey/device';
     import { connect, type Latchkey } from 'latchkey/page';
     import { connectPort } from 'latchkey/worker';
     const verify = verifier({ issuer: 'https://a.example', audience: 'b', provider: 'okta', clients: ['c'] });
     const require = guard(verify);
     createServer(require({ scopes: ['s'], acr: 'phr', maxAge: 60 })((_req, res, { sub }: Claims) => res.end(sub)));
     export const page: Promise<Latchkey> = connect({ resource: 'https://a.example' });
     export const worker: Promise<Latchkey> = page.then((lk) => lk.port()).then((port) => connectPort(port));
     export const login = deviceLogin({ issuer: 'https://a.example', clientId: 'tv' });
     // @ts-expect-error a provider that there is not
     verifier({ issuer: 'https://a.example', audience: 'b', provider: 'google' });`,
  );
  const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', '--types', 'node'];
  const roots = ['--typeRoots', join(root, 'node_modules/@types')];
  const compiled = run(join(root, 'node_modules/.bin/tsc'), [...options, ...roots, 'typed.ts'], { cwd: project });
  await expect(
    compiled.catch((error: { stdout: string }) => Promise.reject(new Error(error.stdout))),
  ).resolves.toBeTruthy();
}, 60_000);
