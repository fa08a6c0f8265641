import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** An example in a page: the lines between two fences. */
export interface Fence {
  /** The page and the line of the opening fence, such as `docs/develop.md:34`. */
  at: string;
  /** What stands behind the opening fence, such as `yaml`. */
  language: string;
  /** Without the indentation of the fence. */
  text: string;
}

const root = join(import.meta.dirname, '../..');

/** The examples of every page that users read, in the order of the pages. */
export function fencesOf(...languages: string[]): Fence[] {
  const packages = globSync('clients/*/README.md', { cwd: root });
  const docs = globSync('docs/**/*.md', { cwd: root });
  return ['README.md', 'broker/README.md', ...packages, ...docs]
    .sort()
    .flatMap((page) => fencesIn(readFileSync(join(root, page), 'utf8'), page))
    .filter(({ language }) => languages.includes(language));
}

function fencesIn(source: string, page: string): Fence[] {
  return [...source.matchAll(/^( *)```(\w+)\n(.*?)^ *```$/gms)].map((match) => {
    const [, indent = '', language = '', text = ''] = match;
    const line = source.slice(0, match.index).split('\n').length;
    return { at: `${page}:${line}`, language, text: text.replaceAll(new RegExp(`^${indent}`, 'gm'), '') };
  });
}
