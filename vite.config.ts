import { resolve } from 'node:path';
import { crx, type ManifestV3Export } from '@crxjs/vite-plugin';
import type { InlineConfig } from 'vite';
import type { BuildConfig } from './extension/packaging/build-config.ts';
import { noInnerHtml } from './extension/packaging/no-inner-html.ts';
import { createManifest, type Target } from './manifest.config.ts';

/** One build: a browser, an organization or none, and where to. */
export interface ViteOptions extends BuildConfig {
  target: Target;
  version: string;
  outDir: string;
}

const root = resolve(import.meta.dirname, 'extension');
const pages = Object.fromEntries(
  ['consent', 'diagnostics', 'provider', 'welcome'].map((page) => [page, resolve(root, `ui/${page}.html`)]),
);

/** Modules that both the background and the popup load. */
const shared =
  /node_modules.(?:valibot|webextension-polyfill).|(?:extension.(?:platform.(?:baked-config|browser|bridge-script|i18n|match-pattern|sites)|protocol.(?:problem|ui))|shared.origin)\.ts$/;

/** Vite's configuration for one target of the extension; `extension/packaging/build.ts` runs it for each. */
export function createViteConfig({ outDir, ...options }: ViteOptions): InlineConfig {
  return {
    configFile: false,
    root,
    logLevel: 'warn',
    define: {
      __LATCHKEY_BAKED__: JSON.stringify(options.baked),
      __LATCHKEY_ATTACHES__: JSON.stringify(options.baked?.attached !== undefined),
    },
    // The same build, whatever NODE_ENV says.
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact', development: false } },
    plugins: [noInnerHtml(), crx({ manifest: createManifest(options) as ManifestV3Export, browser: options.target })],
    build: {
      outDir: resolve(outDir, options.target),
      emptyOutDir: true,
      target: 'es2023',
      modulePreload: false,
      assetsInlineLimit: 0,
      rolldownOptions: {
        // Pages that the manifest doesn't name; the background opens them, or another page does.
        input: pages,
        // Numbers and names stand where they are used, and what is read to no effect is left out: 100 bytes of the background.
        optimization: { inlineConst: true },
        treeshake: { propertyReadSideEffects: false },
        // What background and popup share is one file: two would not compress as well.
        output: { codeSplitting: { groups: [{ name: 'shared', test: shared }] } },
      },
    },
  };
}
