import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type PluginOption, type Rolldown } from 'vite';
import { sources } from '../../packaging/sources.ts';

/**
 * Bundles a page's script with the sources of `@latchkey/page` and the packages for frameworks, like a site's own build.
 *
 * @param env what `import.meta.env` has
 * @param plugins what a framework's files need
 */
export async function bundleScript(
  entry: URL,
  env: Readonly<Record<string, string>> = {},
  plugins: PluginOption[] = [],
): Promise<string> {
  const file = fileURLToPath(entry);
  const result = await build({
    configFile: false,
    logLevel: 'warn',
    root: dirname(file),
    publicDir: false,
    plugins,
    // As in production, whatever NODE_ENV says.
    oxc: { jsx: { runtime: 'automatic', development: false } },
    resolve: { alias: sources },
    define: {
      'process.env.NODE_ENV': '"production"',
      ...Object.fromEntries(
        Object.entries(env).map(([name, value]) => [`import.meta.env.${name}`, JSON.stringify(value)]),
      ),
    },
    build: {
      write: false,
      minify: false,
      target: 'es2022',
      lib: { entry: basename(file), formats: ['es'], fileName: 'app' },
      // A single file, including what `@latchkey/page` would load later.
      rolldownOptions: {
        output: { codeSplitting: false },
        onLog: (level, log, report) => {
          if (log.code !== 'MODULE_LEVEL_DIRECTIVE') report(level, log);
        },
      },
    },
  });
  const [{ output }] = [result].flat() as [Rolldown.RolldownOutput];
  return output[0].code;
}
