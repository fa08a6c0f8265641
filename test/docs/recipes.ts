import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fencesOf } from './fences.ts';

const root = join(import.meta.dirname, '../..');
const page = 'docs/clients/several-apis.md';

/** The recipes of the page, as modules: what runs in a browser, and the one of a server. */
export interface Recipes {
  /** Puts every recipe of a page, and `connect`, into `window`. */
  entry: URL;
  /** The module with `acceptSockets`. */
  server: string;
  close(): Promise<void>;
}

/** Writes the recipes to files in the repository, so that they find their packages by name. */
export async function writeRecipes(): Promise<Recipes> {
  const dir = join(root, 'node_modules/.cache', `recipes-${process.pid}`);
  await mkdir(dir, { recursive: true });
  const recipes = fencesOf('js').filter(({ at, text }) => at.startsWith(page) && /^export /m.test(text));
  const isServers = ({ text }: { text: string }) => text.includes('acceptSockets');
  const inPages = recipes.filter((recipe) => !isServers(recipe));
  for (const [index, { text }] of inPages.entries()) await writeFile(join(dir, `${index}.js`), text);
  const names = inPages.map((_, index) => `recipe${index}`);
  const entry = join(dir, 'page.js');
  await writeFile(
    entry,
    [
      `import { connect } from '@latchkey/page/apis';`,
      ...names.map((name, index) => `import * as ${name} from './${index}.js';`),
      `Object.assign(window, { connect }, ${names.join(', ')});`,
    ].join('\n'),
  );
  const server = join(dir, 'server.mjs');
  const api = pathToFileURL(join(root, 'clients/api/index.ts')).href;
  const [ofServer] = recipes.filter(isServers);
  if (!ofServer) throw new Error(`${page} has no recipe with acceptSockets`);
  await writeFile(server, ofServer.text.replace(`'@latchkey/api'`, JSON.stringify(api)));
  return {
    entry: pathToFileURL(entry),
    server,
    close: () => rm(dir, { recursive: true, force: true }),
  };
}
