import { cpSync, globSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Copies the pages of the repository to `pages/`, at the same paths, so that their links lead somewhere in both. A
 * `README.md` becomes the index of its folder. VitePress builds the site from the copies.
 */
const root = join(import.meta.dirname, '..');
const pages = join(import.meta.dirname, 'pages');
const elsewhere = ['**/node_modules/**', '**/dist/**', 'site/**', 'test/**', 'test-results/**'];

rmSync(pages, { recursive: true, force: true });
for (const file of globSync('**/*.md', { cwd: root, exclude: elsewhere })) {
  const copy = file.endsWith('README.md') ? join(dirname(file), 'index.md') : file;
  cpSync(join(root, file), join(pages, copy));
}
cpSync(join(root, 'docs/images'), join(pages, 'docs/images'), { recursive: true });
