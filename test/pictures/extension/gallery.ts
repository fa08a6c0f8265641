import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import type { Browser, Page } from 'playwright';
import { root } from '../../../demo/program.ts';
import { type BuildConfig, storeBuild } from '../../../extension/packaging/build-config.ts';
import { buildExtension, readManifest } from '../../../extension/packaging/build-extension.ts';
import type { UiMethod } from '../../../extension/protocol/ui.ts';
import { fakeBrowser, type Messages } from './fake-browser.ts';
import { attached, pageSizes, type State } from './states.ts';

export interface Look {
  theme: 'light' | 'dark';
  /** A language of `_locales`. */
  tag?: string;
}

/** Every built page of the extension, in states that a fake background produces. */
export interface ExtensionGallery {
  /** Opens a state. The caller must close the page. */
  open(browser: Browser, state: State, look: Look): Promise<Page>;
  close(): Promise<void>;
}

const attachingBuild: BuildConfig = {
  baked: { broker: 'https://latchkey.example.com', sites: attached.sites, attached },
  firefoxId: storeBuild.firefoxId,
};

/** The first request of each page to the background. */
const firstQuestions = {
  popup: 'state.get',
  consent: 'consent.get',
  provider: 'provider.get',
  welcome: 'settings.get',
  options: 'settings.get',
  diagnostics: 'diagnostics.get',
} as const satisfies Record<State['page'], UiMethod>;

const types: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };

/** Builds the extension and serves its files on loopback, under the extension's own content security policy. */
export async function openExtensionGallery(): Promise<ExtensionGallery> {
  const outDir = await mkdtemp(join(tmpdir(), 'latchkey-gallery-'));
  const builds = { store: storeBuild, attaching: attachingBuild };
  for (const [name, config] of Object.entries(builds))
    await buildExtension(config, { target: 'chrome', version: '0.1.0', outDir: join(outDir, name) });
  const { content_security_policy: policy } = await readManifest(join(outDir, 'store/chrome'));
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    // Pages name their files from the root.
    const build = request.headers.host?.split('.', 1)[0] === 'attaching' ? 'attaching' : 'store';
    const path = normalize(pathname);
    const type = types[extname(path)] ?? 'application/octet-stream';
    try {
      const content = await readFile(join(outDir, build, 'chrome', path));
      response.writeHead(200, { 'Content-Type': type, 'Content-Security-Policy': policy.extension_pages }).end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    async open(browser, { page: name, scene, act, build = 'store' }, { theme, tag = 'en' }) {
      const locale = await readFile(join(root, 'extension/_locales', tag, 'messages.json'), 'utf8');
      const page = await browser.newPage({
        viewport: pageSizes[name],
        screen: { width: 1_366, height: 768 },
        colorScheme: theme,
        reducedMotion: 'reduce',
      });
      await page.addInitScript(fakeBrowser, { scene, messages: JSON.parse(locale) as Messages, tag });
      await page.context().grantPermissions(['clipboard-write']);
      await page.route('https://latchkey.example.com/**', (route) =>
        route.fulfill({
          json: { issuer: 'https://latchkey.example.com' },
          headers: {
            Date: new Date(Date.now() + (scene.brokerClock ?? 0)).toUTCString(),
            'Access-Control-Allow-Origin': '*',
            'Access-Control-Expose-Headers': 'Date',
          },
        }),
      );
      await page.goto(`http://${build}.localhost:${port}/ui/${name}.html#prompt`);
      // A page whose first request is never answered stays busy.
      const isAnswered = scene.answers[firstQuestions[name]] !== 'silence';
      await page.waitForSelector(isAnswered ? 'main:not([aria-busy])' : 'main');
      await act?.(page);
      return page;
    },
    async close() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      await rm(outDir, { recursive: true, force: true });
    },
  };
}
