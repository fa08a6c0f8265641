import { root } from './packages.ts';

/**
 * Where bundlers find the workspaces that import each other by name, as their users do. Here they get the sources, so
 * that nothing needs a build first. The compiler finds them by `paths` in tsconfig.base.json.
 */
export const sources: Readonly<Record<string, string>> = Object.fromEntries(
  ['page', 'react', 'vue', 'testing'].map((name) => [`@latchkey/${name}`, `${root}clients/${name}/index.ts`]),
);
