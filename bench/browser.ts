import { fileURLToPath } from 'node:url';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import type { Worker } from 'playwright';
import { findChromium } from '../demo/browser/find.ts';
import { serve } from '../demo/serve.ts';
import { bundleScript } from '../demo/sites/bundle.ts';
import { demoUsers } from '../demo/users.ts';
import { signInByPopup } from '../test/e2e/kit/chromium/person.ts';
import { extensionUrl, openStage } from '../test/e2e/kit/chromium/stage.ts';
import type { PageLibrary } from './peers/page-libraries.ts';
import { buildExtension, type Stack } from './stack.ts';

const echoDir = fileURLToPath(new URL('echo', import.meta.url));

/** A signed-in browser with both extensions, and the page of an approved site to open in tabs. */
export interface BenchBrowser {
  /** Opens a new tab, lets it measure, and closes it. @returns milliseconds */
  inNewTab(measure: 'firstToken' | 'echo'): Promise<number>;
  /** Opens the page of `bench/page/warm.ts`, where each library has its token after the first call. */
  openWarmPage(): Promise<WarmPage>;
  /** Makes the background forget its tokens, but nothing else. */
  forgetTokens(): Promise<void>;
  close(): Promise<void>;
}

/** A page that asks for tokens which are in its caches. */
export interface WarmPage extends AsyncDisposable {
  /** @returns milliseconds for one token */
  warm(library: PageLibrary): Promise<number>;
}

export async function openBrowser(stack: Stack): Promise<BenchBrowser> {
  await using started = new AsyncDisposableStack();
  const { origins, ports } = stack;
  started.adopt(await serve(await createPage(origins.api), ports.notes), ({ close }) => close());
  const extensionDir = `${await buildExtension(stack)},${echoDir}`;
  const stage = started.adopt(await openStage({ ...stack, extensionDir }, await findChromium()), ({ close }) =>
    close(),
  );
  const [ada] = demoUsers;
  if (!ada) throw new Error('The demo has no users.');
  const popup = await stage.openExtensionPage('ui/popup.html');
  await signInByPopup(stage, popup, ada);
  await popup.close();
  const background = (): Worker => {
    const worker = stage.context.serviceWorkers().find((one) => one.url().startsWith(extensionUrl('')));
    if (!worker) throw new Error("the extension's worker does not run");
    return worker;
  };
  const ending = started.move();

  return {
    async inNewTab(measure) {
      const tab = await stage.openTab(origins.notes);
      const ms = await tab.evaluate<number>(`bench.${measure}()`);
      await tab.close();
      return ms;
    },
    async openWarmPage() {
      const tab = await stage.openTab(`${origins.notes}/warm`);
      return {
        warm: (library) => tab.evaluate<number>(`warm(${JSON.stringify(library)})`),
        [Symbol.asyncDispose]: () => tab.close(),
      };
    },
    async forgetTokens() {
      await background().evaluate(`(async () => {
        const stored = Object.keys(await chrome.storage.session.get(null));
        await chrome.storage.session.remove(stored.filter((key) => key.startsWith('token:')));
      })()`);
    },
    close: () => ending.disposeAsync(),
  };
}

/** A page that does nothing until it is asked. It is cross-origin isolated, which gives it a clock of 5 µs instead of 100. */
async function createPage(api: string) {
  const scripts = {
    bench: await bundleScript(new URL('page/main.ts', import.meta.url)),
    warm: await bundleScript(new URL('page/warm.ts', import.meta.url)),
  };
  const app = new Hono();
  app.use(async (c, next) => {
    await next();
    c.header('Cross-Origin-Opener-Policy', 'same-origin');
    c.header('Cross-Origin-Embedder-Policy', 'require-corp');
  });
  const page = (script: keyof typeof scripts) =>
    `<!doctype html><title>bench</title><body data-api="${api}"><script type="module" src="/${script}.js"></script>`;
  app.get('/', (c) => c.html(page('bench')));
  app.get('/warm', (c) => c.html(page('warm')));
  app.get('/:script{[a-z]+\\.js}', (c) => {
    const script = scripts[c.req.param('script').slice(0, -3) as keyof typeof scripts];
    if (script === undefined) return c.notFound();
    return c.body(script, 200, { 'Content-Type': 'text/javascript; charset=utf-8' });
  });
  return getRequestListener(app.fetch);
}
