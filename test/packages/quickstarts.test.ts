import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { openTab, press, sees, textOf } from '../../demo/play/tab.ts';
import { allowDevice } from '../e2e/kit/device-flow.ts';
import { takePorts } from '../e2e/kit/ports.ts';
import { packedIn, registryAnswers } from './folder.ts';
import {
  ada,
  connectWith,
  installQuickstart,
  type LatchkeyDev,
  npmStart,
  type Program,
  signInWith,
  start,
  startLatchkeyDev,
} from './latchkey-dev.ts';

const canInstall = registryAnswers();
const why = canInstall ? '' : ' (skipped: npm reaches no registry)';

describe.skipIf(!canInstall)(`the quickstarts, installed in empty folders, with “latchkey dev”${why}`, () => {
  const packed = packedIn(inject('packed'));
  let site: string;
  let api: string;
  let dev: LatchkeyDev;

  beforeAll(async () => {
    const ports = await takePorts(['site', 'api', 'idp', 'broker', 'admin']);
    site = `http://localhost:${ports.site}`;
    api = `http://localhost:${ports.api}`;
    dev = await startLatchkeyDev(packed, { site, api, port: ports.idp });
  }, 240_000);
  afterAll(() => dev?.[Symbol.asyncDispose]());

  /** Runs `act` while the API of a quickstart answers, and refuses whoever has no token. */
  async function withApi(name: string, act: () => Promise<void>): Promise<void> {
    await using folder = await installQuickstart(name, packed, ['@latchkey/api']);
    const server: Program = await npmStart(folder, { ISSUER: dev.broker, SITE: site, PORT: new URL(api).port });
    try {
      const status = () =>
        fetch(`${api}/orders`).then(
          (answer) => answer.status,
          () => undefined,
        );
      await expect.poll(status, { message: name }).toBe(401);
      await act();
    } finally {
      await server.stop();
    }
  }

  it('the plain page has the orders of Express, Fastify and Hono, after two clicks', async () => {
    await using folder = await installQuickstart('page', packed, ['@latchkey/page']);
    const vite = 'node_modules/vite/bin/vite.js';
    await folder.node([vite, 'build'], { env: { VITE_API: api } });
    const server = start(folder.dir, [vite, 'preview', '--port', new URL(site).port, '--strictPort']);
    try {
      await server.says(/Local:/);
      const page = await openTab(dev.browser, site);
      await withApi('express', async () => {
        await signInWith(dev, page, 'Load orders');
        await sees(page, '#notice', 'Press the button again to connect this site.');
        await connectWith(dev, page, 'Load orders');
        await sees(page, 'li', '2 × Gear');
        expect(await textOf(page, '#notice')).toBe('');
      });
      for (const name of ['fastify', 'hono']) {
        await withApi(name, async () => {
          await page.reload();
          await press(page, 'Load orders');
          await sees(page, 'li', '2 × Gear');
        });
      }
      await page.close();
    } finally {
      await server.stop();
    }
  }, 240_000);

  it('the device prints them after a code, and at the next start without one', async () => {
    await using folder = await installQuickstart('device', packed, ['@latchkey/device']);
    await withApi('express', async () => {
      const env = { ISSUER: dev.broker, API: api };
      const first = await npmStart(folder, env);
      const [, code = ''] = await first.says(/\/device and enter (\S+)/);
      await allowDevice(dev, code, ada());
      expect(await first.ended()).toContain('"item":"Gear"');
      const second = await (await npmStart(folder, env)).ended();
      expect(second).toContain('"item":"Gear"');
      expect(second).not.toContain('enter');
    });
  }, 180_000);

  it('the script prints them after a sign-in, and fails before it', async () => {
    await using folder = await installQuickstart('cli', packed, ['latchkey']);
    const env = { ...process.env, LATCHKEY_HOME: join(folder.dir, 'home'), API: api };
    const orders = () => promisify(execFile)('npm', ['run', '--silent', 'orders'], { cwd: folder.dir, env });
    await withApi('express', async () => {
      await expect(orders()).rejects.toMatchObject({ code: 3, stdout: '' });
      const login = promisify(execFile)(
        'npm',
        ['run', '--silent', 'login', '--', '--device', '--json', '--issuer', dev.broker],
        { cwd: folder.dir, env },
      );
      const { child } = login;
      const code = await new Promise<string>((resolve) => {
        child.stdout?.once('data', (line) => resolve(JSON.parse(String(line).split('\n')[0] ?? '').user_code));
      });
      await allowDevice(dev, code, ada());
      await login;
      expect(JSON.parse((await orders()).stdout)).toMatchObject([{ item: 'Gear', quantity: 2 }]);
    });
  }, 180_000);
});
