import { build, type Rolldown } from 'vite';

/** A built module as the build of a page minifies it, without what it imports. */
export async function minified(file: string): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    build: {
      write: false,
      target: 'es2022',
      minify: true,
      lib: { entry: file, formats: ['es'] },
      rolldownOptions: { external: (source) => source !== file, output: { minify: true, comments: false } },
    },
  });
  const [{ output }] = [result].flat() as [Rolldown.RolldownOutput];
  return output[0].code;
}
