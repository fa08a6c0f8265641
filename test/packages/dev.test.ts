import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { type Browser, chromium, type Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { firefoxCandidates } from '../../demo/browser/candidates.ts';
import { findChromium } from '../../demo/browser/find.ts';
import { thisMachine } from '../../demo/browser/machine.ts';
import { isUsable } from '../../demo/browser/usable.ts';
import { serve } from '../../demo/serve.ts';
import { pressArmed, typeCredentials } from '../e2e/kit/chromium/person.ts';
import { takePorts } from '../e2e/kit/ports.ts';
import { createFolder, type Folder, packedIn, registryAnswers } from './folder.ts';

const canInstall = registryAnswers();
const why = canInstall ? '' : ' (skipped: npm reaches no registry)';

/** Not installed for this test: `npm test` does without it. */
const firefox = await firstFirefox();

async function firstFirefox(): Promise<string | undefined> {
  for (const candidate of firefoxCandidates(thisMachine.env, thisMachine.platform)) {
    if (await isUsable(candidate, thisMachine)) return candidate.path;
  }
  return undefined;
}

const index = (api: string) => `<!doctype html>
<title>Orders</title>
<button>Load</button>
<output></output>
<script type="module">
  import { connect } from '@latchkey/page';
  const lk = await connect({ resource: '${api}', scopes: ['orders:read'] });
  document.querySelector('button').onclick = async () => {
    const output = document.querySelector('output');
    output.textContent = '';
    output.textContent = await lk
      .fetch('${api}/orders', { interactive: 'if_needed' })
      .then((response) => response.text(), (error) => error.code);
  };
  document.title = 'Connected';
</script>`;

const apiProgram = (issuer: string, api: string, site: string) => `
import { createServer } from 'node:http';
import { verifier } from '@latchkey/api';
import { cors, guard } from '@latchkey/api/node';
const verify = verifier({ issuer: '${issuer}', audience: '${api}' });
const handler = guard(verify)({ scopes: ['orders:read'] })((req, res) => res.end('3 × punched cards'));
createServer(cors({ origins: ['${site}'] })(handler)).listen(${new URL(api).port}, '127.0.0.1');
`;

/** Says so once the extension has answered. */
const plainPage = `<!doctype html>
<script type="module">
  import { connect } from '/index.js';
  await connect({ resource: 'http://localhost:1', scopes: ['read'] });
  await fetch('/connected');
</script>`;

/** A program in the folder, and everything that it has said. */
interface Program {
  child: ChildProcess;
  said(): string;
}

describe.skipIf(!canInstall)(`latchkey dev, installed in an empty folder${why}`, () => {
  const packed = packedIn(inject('packed'));
  let folder: Folder;
  const programs: ChildProcess[] = [];
  let browser: Browser | undefined;

  beforeAll(async () => {
    folder = await createFolder();
    await folder.install(packed.tarball('latchkey'), packed.tarball('@latchkey/page'), packed.tarball('@latchkey/api'));
  }, 240_000);

  afterAll(async () => {
    await browser?.close();
    for (const child of programs) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const over = once(child, 'exit');
      child.kill('SIGTERM');
      await over;
    }
    await folder[Symbol.asyncDispose]();
  });

  function start(args: string[], env: Record<string, string> = {}): Program {
    const child = spawn(process.execPath, args, { cwd: folder.dir, env: { ...process.env, ...env } });
    programs.push(child);
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
    }
    return { child, said: () => said };
  }

  const latchkey = () => join(folder.dir, 'node_modules/latchkey/bin/latchkey.js');

  it('says what to install where it is missing', async () => {
    const failed = await folder.node([latchkey(), 'dev']).catch((error) => error);
    expect(failed).toMatchObject({ code: 1, stderr: expect.stringContaining('npm install --save-dev @latchkey/dev') });
  });

  it('shows the first order of a Vite app, and follows its configuration file', async () => {
    await folder.install(
      ...['latchkey', '@latchkey/dev', '@latchkey/page', '@latchkey/api'].map((name) => packed.tarball(name)),
      'vite',
    );
    const ports = await takePorts(['site', 'api', 'idp', 'broker', 'admin']);
    const site = `http://localhost:${ports.site}`;
    const api = `http://localhost:${ports.api}`;
    await folder.write('index.html', index(api));
    await folder.write('api.mjs', apiProgram(`http://localhost:${ports.broker}`, api, site));
    start(['node_modules/vite/bin/vite.js', '--port', String(ports.site), '--strictPort']);
    start(['api.mjs']);
    await folder.write('latchkey.dev.yaml', 'users: [{ username: ada, password: engine-1843, groups: [staff] }]\n');
    // A person's browser, except that the test can drive it and that it needs no display.
    const real = await findChromium({ ...thisMachine, say: () => undefined });
    const program = await folder.write(
      'browser.sh',
      `#!/bin/sh\nexec '${real}' --headless=new --disable-gpu --remote-debugging-port=0 "$@"\n`,
    );
    await chmod(program, 0o755);

    const began = performance.now();
    const args = ['dev', '--site', `${site}/`, '--api', api, '--scope', 'orders:read', '--port', String(ports.idp)];
    const dev = start([latchkey(), ...args, '--config', 'latchkey.dev.yaml'], {
      CHROMIUM_PATH: program,
      DISPLAY: ':99',
    });
    await expect.poll(dev.said, { timeout: 120_000 }).toContain('In the API');
    expect(dev.said()).toContain('ada  engine-1843  dev:staff');
    expect(dev.said()).toContain(`verifier({ issuer: 'http://localhost:${ports.broker}', audience: '${api}' })`);

    const page = await pageOf(site);
    // At its first start, the extension opens its welcome page in front of it. Nobody can click a page that is hidden.
    await opened('chrome-extension://');
    await page.bringToFront();
    await expect.poll(() => page.title()).toBe('Connected');
    await page.getByRole('button').click();
    const provider = await opened('http://127.0.0.1');
    await typeCredentials(provider, { username: 'ada', password: 'engine-1843' });
    const consent = await askedForConsent(page);
    await pressArmed(consent, 'Allow').catch(() => undefined);
    await expect.poll(() => page.locator('output').textContent()).toBe('3 × punched cards');
    console.log(`first order after ${((performance.now() - began) / 1_000).toFixed(1)} s`);

    await folder.write('latchkey.dev.yaml', 'origins: { http://localhost: nonsense }\n');
    await expect.poll(dev.said).toContain('it is read again when you save it');
    await folder.write(
      'latchkey.dev.yaml',
      `origins: { 'http://other.localhost:${ports.site}': { name: Other, allow: { '${api}': [orders:read] } } }\n`,
    );
    await expect.poll(dev.said).toContain('latchkey.dev.yaml has changed and is in use. Reload your pages.');
    await expect
      .poll(async () => {
        await page.goto(`http://other.localhost:${ports.site}/`);
        return page
          .waitForFunction(() => document.title === 'Connected', undefined, { timeout: 3_000 })
          .then(
            () => 'connected',
            () => 'not yet',
          );
      })
      .toBe('connected');

    const over = once(dev.child, 'exit');
    dev.child.kill('SIGTERM');
    expect(await over).toEqual([0, null]);
    const gone = await fetch(`http://localhost:${ports.broker}/jwks`).catch(() => 'gone');
    expect(gone).toBe('gone');
  }, 300_000);

  it.skipIf(!firefox)(
    `puts the extension into Firefox, too${firefox ? '' : ' (skipped: no Firefox)'}`,
    async () => {
      await folder.install(...['latchkey', '@latchkey/dev', '@latchkey/page'].map((name) => packed.tarball(name)));
      const ports = await takePorts(['site', 'idp', 'broker', 'admin']);
      const connected = Promise.withResolvers<string>();
      const site = await serve(
        getRequestListener(async ({ url, headers }) => {
          const { pathname } = new URL(url);
          if (pathname === '/connected') connected.resolve(headers.get('user-agent') ?? '');
          if (pathname === '/') return new Response(plainPage, { headers: { 'Content-Type': 'text/html' } });
          const file = join(folder.dir, 'node_modules/@latchkey/page/dist', pathname);
          const body = await readFile(file).catch(() => undefined);
          return new Response(body, { status: body ? 200 : 404, headers: { 'Content-Type': 'text/javascript' } });
        }),
        ports.site,
      );
      const program = await folder.write('firefox.sh', `#!/bin/sh\nexec '${firefox}' --headless "$@"\n`);
      await chmod(program, 0o755);
      const given = ['--site', `http://localhost:${ports.site}`, '--api', 'http://localhost:1', '--dir', 'firefox'];
      const dev = start([latchkey(), 'dev', ...given, '--port', String(ports.idp)], {
        CHROMIUM_PATH: '',
        FIREFOX_PATH: program,
        DISPLAY: ':99',
      });
      try {
        await expect.poll(dev.said, { timeout: 120_000 }).toContain(`Browser: ${program}`);
        expect(await connected.promise).toContain('Firefox');
      } finally {
        const over = once(dev.child, 'exit');
        dev.child.kill('SIGTERM');
        expect(await over).toEqual([0, null]);
        await site.close();
      }
    },
    180_000,
  );

  /** The tab that `latchkey dev` has opened. */
  async function pageOf(site: string): Promise<Page> {
    const file = join(folder.dir, '.latchkey-dev/profile-chrome/DevToolsActivePort');
    const [port, path] = (await readFile(file, 'utf8')).trim().split('\n');
    browser = await chromium.connectOverCDP(`ws://127.0.0.1:${port}${path}`);
    return opened(site);
  }

  /** One click opens one window. The one after the sign-in asks. */
  async function askedForConsent(page: Page): Promise<Page> {
    const found = () =>
      browser
        ?.contexts()[0]
        ?.pages()
        .find((each) => each.url().includes('ui/consent.html'));
    await expect
      .poll(
        async () => {
          if (found() === undefined && (await page.locator('output').textContent()) !== '') {
            await page.bringToFront();
            await page.getByRole('button').click();
          }
          return found() !== undefined;
        },
        { timeout: 30_000 },
      )
      .toBe(true);
    const window = found();
    if (!window) throw new Error('the question has been closed');
    return window;
  }

  /** Not simply the next page that opens: on a slow machine, that can be the extension's welcome page. */
  async function opened(prefix: string): Promise<Page> {
    const pages = () => browser?.contexts().flatMap((context) => context.pages()) ?? [];
    const urls = () => pages().map((page) => page.url());
    await expect.poll(urls, { timeout: 30_000 }).toContainEqual(expect.stringMatching(`^${prefix}`));
    const found = pages().find((page) => page.url().startsWith(prefix));
    if (!found) throw new Error('the page has been closed');
    return found;
  }
});
