import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { selfHostedUrls } from '@latchkey/shared/rollout/self-hosted-urls.ts';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { chromeExtensionId, demoFirefoxId } from '../../../demo/extension-key.ts';
import { serve } from '../../../demo/serve.ts';
import { type RunningDemo, startDemo } from '../../../demo/stack.ts';
import { readBuildConfig } from '../../../extension/packaging/build-config.ts';
import { buildExtension } from '../../../extension/packaging/build-extension.ts';
import { writeSelfHosted } from '../../../extension/packaging/self-hosted.ts';
import { zipFolder } from '../../../extension/packaging/zip.ts';
import { freePorts } from '../kit/ports.ts';
import type { Browser, Tab } from './browser.ts';
import { openChromium } from './chromium.ts';
import { chromiumWithPolicies } from './chromium-with-policies.ts';
import { answerTo, openTab, sees, showsSignedIn, signIn } from './tab.ts';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const extensionKey = createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).toString('base64');
const id = chromeExtensionId(extensionKey);

const types: Record<string, string> = { '.crx': 'application/x-chrome-extension', '.xml': 'text/xml' };

describe('an extension that the organization hosts itself, in Chromium', () => {
  let dir: string;
  let demo: RunningDemo;
  let web: { origin: string; close(): Promise<void> };
  let browser: Browser | undefined;

  /** Publishes a version as docs/rollout.md says, with the demo's configuration. */
  const publish = async (version: string): Promise<void> => {
    const urls = selfHostedUrls(web.origin);
    if (!urls) throw new Error('unreachable: the origin is on loopback');
    const config = { ...(await readBuildConfig(demo.state.configFile)), selfHosted: urls };
    const zips: Record<'chrome' | 'firefox', Uint8Array> = { chrome: new Uint8Array(), firefox: new Uint8Array() };
    for (const target of ['chrome', 'firefox'] as const) {
      await buildExtension(config, { target, version, outDir: join(dir, version) });
      zips[target] = await zipFolder(join(dir, version, target));
    }
    const written = join(dir, version, 'self-hosted');
    const build = { version, urls, zips, chromeKey: extensionKey, firefoxId: demoFirefoxId, privateKey };
    await writeSelfHosted(build, written);
    await cp(written, join(dir, 'www'), { recursive: true });
  };

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'latchkey-rollout-'));
    const log = (line: string) => void process.stderr.write(`${line}\n`);
    demo = await startDemo({ ports: await freePorts(), dir: join(dir, 'demo'), now: Date.now, log, extensionKey });
    const { tv: port } = await freePorts();
    const server = await serve((request, response) => {
      const path = new URL(request.url ?? '/', 'http://localhost').pathname;
      readFile(join(dir, 'www', path)).then(
        (bytes) => response.writeHead(200, { 'Content-Type': types[extname(path)] ?? 'text/plain' }).end(bytes),
        () => response.writeHead(404).end(),
      );
    }, port);
    web = { origin: `http://127.0.0.1:${port}`, close: () => server.close() };
    await publish('1.0.0');
  });
  afterAll(async () => {
    await browser?.close();
    await web?.close();
    await demo?.close();
    await rm(dir, { recursive: true, force: true });
  });

  const running = async (context: TestContext): Promise<Browser> => {
    const policies = JSON.parse(await readFile(join(dir, 'www/policies/chrome.json'), 'utf8'));
    // By default, Chromium lets no driver into what a policy installs.
    const drivable = JSON.stringify({ ...policies, DeveloperToolsAvailability: 1 });
    const managed = browser ? undefined : await chromiumWithPolicies(dir, drivable);
    if (managed) browser = await openChromium(demo, { extensionKey, managed });
    return browser ?? context.skip('Chromium reads policies from /etc alone, which only root may mount over');
  };
  /** What the browser's own list of extensions says. */
  const installed = async (open: Browser): Promise<string> => {
    const page = await openTab(open, 'chrome://extensions');
    const info = await page.evaluate<{ version: string; controlledInfo?: { text: string } }>(
      `chrome.developerPrivate.getExtensionInfo('${id}')`,
    );
    await page.close();
    return `${info.version}, ${info.controlledInfo === undefined ? 'by a person' : 'by policy'}`;
  };
  let site: Tab;

  it('is there without a question, and a person signs in and uses a site', async (context) => {
    const open = await running(context);
    expect(await installed(open)).toBe('1.0.0, by policy');
    await (await signIn(open)).close();
    site = await openTab(open, demo.origins.notes);
    await expect.poll(() => answerTo(site, 'Load orders')).toBe(200);
  });

  it('updates to a higher version while tabs are open, and nobody is signed out', async (context) => {
    const open = await running(context);
    await publish('1.0.0.1');
    // The driver keeps the background awake, which the browser would wait for. "Update" doesn't wait.
    const page = await openTab(open, 'chrome://extensions');
    await page.evaluate('chrome.developerPrivate.autoUpdate()');
    await page.close();
    await expect.poll(() => installed(open)).toBe('1.0.0.1, by policy');
    await sees(await open.openExtensionPage('ui/popup.html'), 'h1', 'Ada Lovelace');
    // In Chromium, an open page of a baked build has lost its extension, and says to reload (docs/faults.md).
    await site.reload();
    await showsSignedIn(site, true);
    expect(await answerTo(site, 'Load orders')).toBe(200);
  });
});
