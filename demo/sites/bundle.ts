import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Rolldown } from 'vite';

/** Bundles a page's script with the source of `@latchkey/page`, like a site's own build. */
export async function bundleScript(entry: URL): Promise<string> {
  const file = fileURLToPath(entry);
  const result = await build({
    configFile: false,
    logLevel: 'warn',
    root: dirname(file),
    publicDir: false,
    build: {
      write: false,
      minify: false,
      target: 'es2022',
      lib: { entry: basename(file), formats: ['es'], fileName: 'app' },
      // A single file, including what `@latchkey/page` would load later.
      rolldownOptions: { output: { codeSplitting: false } },
    },
  });
  const [{ output }] = [result].flat() as [Rolldown.RolldownOutput];
  return output[0].code;
}
