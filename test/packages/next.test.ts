import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { openTab, sees } from '../../demo/play/tab.ts';
import { takePorts } from '../e2e/kit/ports.ts';
import { type Folder, packedIn, registryAnswers } from './folder.ts';
import {
  connectWith,
  installQuickstart,
  type LatchkeyDev,
  type Program,
  signInWith,
  start,
  startLatchkeyDev,
} from './latchkey-dev.ts';

const canInstall = registryAnswers();
const why = canInstall ? '' : ' (skipped: npm reaches no registry)';

describe.skipIf(!canInstall)(
  `the quickstart for Next.js, installed in an empty folder, with “latchkey dev”${why}`,
  () => {
    const packed = packedIn(inject('packed'));
    let site: string;
    let folder: Folder;
    let dev: LatchkeyDev;
    let server: Program;

    beforeAll(async () => {
      const ports = await takePorts(['site', 'idp', 'broker', 'admin']);
      site = `http://localhost:${ports.site}`;
      folder = await installQuickstart('next', packed, ['@latchkey/page', '@latchkey/react', '@latchkey/api']);
      dev = await startLatchkeyDev(packed, { site, api: site, port: ports.idp });
      const next = 'node_modules/next/dist/bin/next';
      const env = { NEXT_PUBLIC_API: site, ISSUER: dev.broker, NEXT_TELEMETRY_DISABLED: '1' };
      await start(folder.dir, [next, 'build'], env).ended();
      server = start(folder.dir, [next, 'start', '--port', `${ports.site}`, '--hostname', 'localhost'], env);
      await server.says(/Ready/);
    }, 600_000);

    afterAll(async () => {
      await server?.stop();
      await dev?.[Symbol.asyncDispose]();
      await folder?.[Symbol.asyncDispose]();
    });

    it('the route handler refuses whoever has no token, with a challenge', async () => {
      const answer = await fetch(`${site}/api/orders`);
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
    });

    it('the server renders no order and no prompt: it knows nobody', async () => {
      const html = await (await fetch(site)).text();
      expect(html).toContain('<title>Orders</title>');
      expect(html).not.toMatch(/<h1|data-latchkey=|Gear/);
    });

    it('the page has the orders of its own API, after a sign-in and a consent', async () => {
      const page = await openTab(dev.browser, site);
      await signInWith(dev, page, 'Sign in');
      await connectWith(dev, page, 'Connect');
      await sees(page, 'h1', 'Orders of Ada Lovelace');
      await sees(page, 'li', '2 × Gear');
    }, 120_000);
  },
);
