import { execFile } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { type PublishedPackage, packages, root } from '../../packaging/packages.ts';

const output = join(root, 'dist/site');
/** The site's generator is not installed with the rest: `npm ci --prefix site`. */
const isInstalled = existsSync(join(root, 'site/node_modules'));
const buildTimeoutMs = 300_000;

describe.skipIf(!isInstalled)('the documentation as a site', () => {
  let pages: Map<string, string>;

  beforeAll(async () => {
    // VitePress fails for a link that leads nowhere.
    await promisify(execFile)('npm', ['run', 'build'], { cwd: join(root, 'site'), maxBuffer: 2 ** 24 });
    const files = globSync('**/*.html', { cwd: output });
    pages = new Map(files.map((file) => [file, readFileSync(join(output, file), 'utf8')]));
  }, buildTimeoutMs);

  it('has every page of the documentation, and a reference of every entry of a package', () => {
    const written = globSync('docs/**/*.md', { cwd: root }).map(pageOf);
    const entries = packages.filter(({ hasTypes }) => hasTypes).flatMap(referenceOf);
    expect([...written, ...entries, 'index.html', 'CHANGELOG.html'].filter((page) => !pages.has(page))).toEqual([]);
  });

  it('has an element for every anchor that a page links to', () => {
    const links = [...pages].flatMap(([page, html]) =>
      [...html.matchAll(/href="([^"#:]*)#([^"]+)"/g)].map(([, path = '', anchor = '']) => ({
        from: page,
        to: path === '' ? page : htmlAt(path, page),
        id: decodeURIComponent(anchor),
      })),
    );
    expect(links.length).toBeGreaterThan(100);
    const dead = links.filter(({ to, id }) => !pages.get(to)?.includes(`id="${id}"`));
    expect(dead).toEqual([]);
  });

  it('has a copy of every file that a page links to', () => {
    const files = new Set([...pages.values()].flatMap((html) => html.match(/(?<=href="\/)files\/[^"#]+/g) ?? []));
    expect(files).toContain('files/deploy/compose.yaml');
    expect([...files].filter((file) => !existsSync(join(output, file)))).toEqual([]);
  });

  it('has an index for search, and one for language models', () => {
    expect(globSync('assets/chunks/@localSearchIndex*.js', { cwd: output })).toHaveLength(1);
    const index = readFileSync(join(output, 'llms.txt'), 'utf8');
    const linked = [...index.matchAll(/\]\(\/([^)]+\.md)\)/g)].map(([, page = '']) => page);
    expect(linked).toContain('docs/clients/page.md');
    expect(linked.filter((page) => !existsSync(join(output, page)))).toEqual([]);
  });
});

/** The pages of a package's entries: `reference/page/index.html` and `reference/page/worker/index.html`. */
const referenceOf = ({ dir, entries }: PublishedPackage): string[] =>
  Object.values(entries).map((source) =>
    posix.join('reference', dir.replace('clients/', ''), source.replace(/(?:index)?\.ts$/, ''), 'index.html'),
  );

const pageOf = (file: string): string => file.replace(/README\.md$/, 'index.md').replace(/\.md$/, '.html');

/** The file that a link of a page leads to. Links have no extension: `/docs/`, `../develop`. */
function htmlAt(link: string, page: string): string {
  const path = posix.join('/', link.startsWith('/') ? '' : posix.dirname(page), link).slice(1);
  return link.endsWith('/') ? posix.join(path, 'index.html') : `${path}.html`;
}
