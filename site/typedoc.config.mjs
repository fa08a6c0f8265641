import { packages } from '../packaging/packages.ts';

/** The reference has every entry that a package publishes with types. */
export default {
  plugin: ['typedoc-plugin-markdown'],
  name: 'API reference',
  entryPoints: packages
    .filter(({ hasTypes }) => hasTypes)
    .flatMap(({ dir, entries }) => Object.values(entries).map((source) => `../${dir}/${source}`)),
  tsconfig: 'tsconfig.json',
  out: 'pages/reference',
  entryFileName: 'index.md',
  readme: 'none',
  disableSources: true,
  hideBreadcrumbs: true,
  excludeInternal: true,
  excludePrivate: true,
};
