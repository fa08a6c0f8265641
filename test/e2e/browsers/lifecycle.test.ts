import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findChromium } from '../../../demo/browser/find.ts';
import { thisMachine } from '../../../demo/browser/machine.ts';
import { demoExtensionKey, demoFirefoxId } from '../../../demo/extension-key.ts';
import { bundleScript } from '../../../demo/sites/bundle.ts';
import { buildExtension } from '../../../extension/packaging/build-extension.ts';

/**
 * Chromium without a driver, because a tab with an attached debugger isn't prerendered. The pages of this test's site
 * report their results in a request.
 */
let dir: string;
let server: Server;
let chromium: ChildProcess | undefined;
let origin: string;
const reports: Record<string, unknown>[] = [];
const ready = Promise.withResolvers<void>();

const first = `<!doctype html><title>first</title>
  <script type="speculationrules">{ "prerender": [{ "source": "list", "urls": ["/second"], "eagerness": "immediate" }] }</script>
  <script>
    // Answered once the second page is there, and nobody sees it yet.
    fetch('/wait').then(() => location.assign('/second'));
  </script>`;
const second = `<!doctype html><title>second</title><script type="module">
  const prerendered = document.prerendering;
  await import('/probe.js');
  const raw = send([{ v: 1, id: 'a', m: 'session.get', p: {}, deadline_ms: 30000 }]);
  const asked = ask('https://api.test', ['any']);
  let early = 'nothing';
  for (const answer of [raw, asked]) answer.then(() => { if (document.prerendering) early = 'an answer'; });
  fetch('/ready');
  fetch('/report', { method: 'POST', body: JSON.stringify({ prerendered, answers: [...(await raw), await asked], early }) });
</script>`;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'latchkey-prerender-'));
  const probe = await bundleScript(new URL('../kit/probe.ts', import.meta.url));
  server = createServer(async (request, response) => {
    if (request.url === '/report') {
      reports.push(JSON.parse(Buffer.concat(await request.toArray()).toString()));
      response.writeHead(204).end();
      return;
    }
    if (request.url === '/ready') ready.resolve();
    if (request.url === '/wait') await ready.promise;
    const isScript = request.url === '/probe.js';
    response.setHeader('Content-Type', isScript ? 'text/javascript' : 'text/html');
    response.end(isScript ? probe : request.url === '/second' ? second : first);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  const baked = { broker: 'http://localhost:9', sites: [origin] };
  const build = { baked, firefoxId: demoFirefoxId, chromeKey: demoExtensionKey };
  await buildExtension(build, { target: 'chrome', version: '1.2.3', outDir: dir });
  chromium = spawn(
    await findChromium({ ...thisMachine, say: () => undefined }),
    [
      ...['--headless=new', '--disable-gpu', '--no-sandbox', '--no-first-run', '--no-default-browser-check'],
      ...[`--user-data-dir=${join(dir, 'profile')}`, `--load-extension=${join(dir, 'chrome')}`],
      ...[`--disable-extensions-except=${join(dir, 'chrome')}`, '--remote-debugging-port=0', origin],
    ],
    { stdio: 'ignore' },
  );
});

afterAll(async () => {
  if (chromium && chromium.exitCode === null) {
    const ended = once(chromium, 'exit');
    chromium.kill();
    await ended;
  }
  server?.closeAllConnections();
  server?.close();
  await rm(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
});

it('Chromium: a prerendered page is answered once it is shown, and not refused', async () => {
  await expect.poll(() => reports).toHaveLength(1);
  expect(reports[0]).toEqual({
    prerendered: true,
    answers: [{ v: 1, id: 'a', ok: true, r: { signed_in: false } }, expect.objectContaining({ code: 'not_signed_in' })],
    early: 'nothing',
  });
});
