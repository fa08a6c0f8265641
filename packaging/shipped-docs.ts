import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';

/** Pages that the command line names. Pictures, and what only contributors read, stay in the repository. */
const isForOperators = (path: string): boolean =>
  (!basename(path).includes('.') || path.endsWith('.md')) &&
  !['images', 'architecture.md', 'bench.md', 'decisions.md', 'dependencies.md'].includes(basename(path));

/**
 * Copies the pages for operators from `docs/` of the repository into a package. Links to what is not among them become
 * text that says where it is in the repository, and pictures become their descriptions.
 *
 * @param root of the repository
 * @param to the folder in the package, which needs not exist
 */
export async function shipDocs(root: string, to: string): Promise<void> {
  const from = join(root, 'docs');
  await mkdir(to, { recursive: true });
  await cp(from, to, { recursive: true, filter: isForOperators });
  const pages = (await readdir(to, { recursive: true })).filter((path) => path.endsWith('.md'));
  const shipped = new Set(pages.map((path) => path.split(sep).join('/')));
  for (const page of shipped) {
    const path = join(to, page);
    await writeFile(path, withoutDeadLinks(await readFile(path, 'utf8'), page, shipped));
  }
}

/**
 * Replaces a page's links to files that are not shipped.
 *
 * @param page its path below `docs/`
 * @param shipped the paths of all pages below `docs/`
 */
export function withoutDeadLinks(text: string, page: string, shipped: ReadonlySet<string>): string {
  return outsideOfCode(text, (part) =>
    part
      .replaceAll(/<img [^<>]*>/g, (image) => /alt="([^"]*)"/.exec(image)?.[1] ?? '')
      .replaceAll(/\[([^[\]]+)\]\(([^()\s]+)\)/g, (link, words: string, target: string) => {
        if (/^([a-z]+:|#)/.test(target)) return link;
        const [file = ''] = target.split('#');
        const path = relative('/', join('/docs', dirname(page), file));
        if (shipped.has(relative('docs', path))) return link;
        return words.includes(path) ? words : `${words} (\`${path}\` in the repository)`;
      }),
  );
}

/** Applies a change to what is not in fenced code blocks. */
const outsideOfCode = (text: string, change: (part: string) => string): string =>
  text
    .split(/^```/m)
    .map((part, index) => (index % 2 === 0 ? change(part) : part))
    .join('```');
