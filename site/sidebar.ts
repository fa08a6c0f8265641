import { posix } from 'node:path';

/** A group of pages, as VitePress's sidebar takes it. */
export interface SidebarGroup {
  text: string;
  collapsed: boolean;
  items: { text: string; link: string }[];
}

/**
 * The sidebar is the index of the documentation, `docs/README.md`: a group for each of its sections, with the first link
 * of each entry. A page that is in several sections is in several groups.
 */
export function sidebarOf(index: string): SidebarGroup[] {
  return index
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const [text = '', ...lines] = section.split('\n');
      const items = lines.flatMap((line) => {
        const [, label, target] = line.match(/^- \[([^\]]+)\]\(([^)]+)\)/) ?? [];
        return label && target ? [{ text: label.replaceAll('`', ''), link: linkOf(target) }] : [];
      });
      return { text, collapsed: true, items };
    });
}

const linkOf = (target: string): string =>
  posix.join('/docs', target.replace(/README\.md(?=#|$)/, '').replace(/\.md(?=#|$)/, ''));
