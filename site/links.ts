import { posix } from 'node:path';

/** Where a link of a page leads on the site. */
export interface SiteLink {
  /** The link to write. That of a file is relative to the site's root. */
  to: string;
  /** The file of the repository that is copied to `to`. Absent if the link leads to a page or elsewhere. */
  file?: string;
}

/**
 * Pages link to each other as the repository has them. On the site, a `README.md` is the index of its folder, and a file
 * that is not a page has a copy under `files/`.
 *
 * @param href a link of a page, such as `../deploy/compose.yaml`
 * @param page the page's path in the repository
 */
export function linkOnTheSite(href: string, page: string): SiteLink {
  if (/^(?:[a-z]+:|#|\/)/.test(href)) return { to: href };
  const [path = '', anchor] = href.split('#');
  if (path.endsWith('.md')) return { to: href.replace(/README\.md(?=#|$)/, 'index.md') };
  const file = posix.join(posix.dirname(page), path);
  return { to: `files/${file}${anchor ? `#${anchor}` : ''}`, file };
}
