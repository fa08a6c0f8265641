import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Finds relative links that lead nowhere, in all Markdown pages of a folder.
 *
 * @param within where links may lead. Default: the folder itself, as if it were alone
 * @returns each as `page: target`. Headings count as GitHub names them
 */
export function deadLinksIn(folder: string, within: string = folder): string[] {
  const anchors = new Map<string, Set<string>>();
  const pages = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(isPage);
  return pages.flatMap((page) =>
    targetsOf(readFileSync(join(folder, page), 'utf8'))
      .filter((target) => !leadsSomewhere(page, target))
      .map((target) => `${page}: ${target}`),
  );

  function leadsSomewhere(page: string, target: string): boolean {
    const [file = '', anchor] = target.split('#');
    const path = file === '' ? join(folder, page) : join(folder, dirname(page), file);
    if (!path.startsWith(join(within, '/')) || !existsSync(path)) return false;
    if (anchor === undefined) return true;
    const known = anchors.get(path) ?? anchorsOf(readFileSync(path, 'utf8'));
    anchors.set(path, known);
    return known.has(anchor);
  }
}

/** The relative targets of the links and pictures of a page. */
export function targetsOf(page: string): string[] {
  const text = page.replaceAll(/^```[\s\S]*?^```$/gm, '');
  const links = [...text.matchAll(/\]\(([^()\s]+)\)|(?:src|href)="([^"]+)"|^\[[^\]]+\]:\s*(\S+)/gm)];
  return links.map(([, ...targets]) => targets.find(Boolean) ?? '').filter((target) => !/^[a-z]+:/.test(target));
}

function anchorsOf(page: string): Set<string> {
  const headings = [...page.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  );
  const ids = [...page.matchAll(/<a id="([^"]+)">/g)].map(([, id = '']) => id);
  return new Set([...headings, ...ids]);
}

/** Other packages may be installed in a folder of this one. */
const isPage = (path: string): boolean => path.endsWith('.md') && !path.includes('node_modules');
