import { root } from './packages.ts';

/**
 * Where bundlers find the workspaces that import each other by name, as their users do. Here they get the sources, so
 * that nothing needs a build first. The compiler finds them by `paths` in tsconfig.base.json.
 */
export const sources: Readonly<Record<string, string>> = Object.fromEntries([
  // Before the package: an alias also stands for the beginning of a longer name.
  ['@latchkey/page/apis', `${root}clients/page/apis.ts`],
  ['@latchkey/angular/http', `${root}clients/angular/http.ts`],
  ...['page', 'react', 'vue', 'angular', 'testing'].map((name) => [
    `@latchkey/${name}`,
    `${root}clients/${name}/index.ts`,
  ]),
]);
