import { fileURLToPath } from 'node:url';
import { build, type Rolldown } from 'vite';

/** Bundles the sites' script with `latchkey/page` from its source, as a site's own build would. */
export async function bundlePage(): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'warn',
    root: fileURLToPath(new URL('page', import.meta.url)),
    publicDir: false,
    build: {
      write: false,
      minify: false,
      target: 'es2022',
      lib: { entry: 'main.ts', formats: ['es'], fileName: 'app' },
    },
  });
  const [{ output }] = [result].flat() as [Rolldown.RolldownOutput];
  return output[0].code;
}
