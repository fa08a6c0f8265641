import { readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';

/**
 * Limits in bytes after gzip, so that growth of our code doesn't go unnoticed: the tests compare builds of a short
 * configuration with them. The bridge runs in every page of a site. The background had 34 kB until it got recent activity,
 * sign-in of devices and the organization's name and help.
 */
export const budgets = {
  bridge: 2_048,
  background: 35 * 1_024,
  popup: 25 * 1_024,
  /** Only in builds with `attach_tokens`, like the script `attach`. 36.5 kB until it knew whose each page is (D220). */
  'background, attaching': 37 * 1_024,
  attach: 512,
} as const;
export type Part = keyof typeof budgets;

/** The size of a part with all its imports. */
export interface PartSize {
  part: Part;
  bytes: number;
}

const staticImport = /(?:import|from)\s*["'](\.{1,2}\/[^"']+|\/[^"']+)["']/g;

/** A script and all its static imports, each once. */
async function closure(root: string, entry: string, found = new Map<string, string>()): Promise<Map<string, string>> {
  if (found.has(entry)) return found;
  const source = await readFile(join(root, entry), 'utf8');
  found.set(entry, source);
  for (const [, specifier = ''] of source.matchAll(staticImport)) {
    const file = specifier.startsWith('/') ? specifier.slice(1) : relative(root, join(root, dirname(entry), specifier));
    await closure(root, file, found);
  }
  return found;
}

/** Measures one part from its entry scripts. Their paths are relative to the build's folder. */
export async function measure(root: string, part: Part, entries: string[]): Promise<PartSize> {
  const files = new Map<string, string>();
  for (const entry of entries) await closure(root, entry, files);
  const bytes = [...files.values()].reduce((sum, source) => sum + gzipSync(source).byteLength, 0);
  return { part, bytes };
}

/** The line that the build prints for a part. It judges nothing: a configuration may be as long as its organization needs. */
export const sizeLine = ({ part, bytes }: PartSize): string =>
  `${part.padEnd(11)} ${(bytes / 1_024).toFixed(1)} kB (gzip)`;
