import { readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';

/** What must not grow unnoticed, in bytes after gzip: the bridge runs in every page of a site. */
export const budgets = { bridge: 2_048, background: 30 * 1_024, popup: 25 * 1_024 } as const;
export type Part = keyof typeof budgets;

/** A part of the build with everything that it imports. */
export interface PartSize {
  part: Part;
  bytes: number;
}

const staticImport = /(?:import|from)\s*["'](\.{1,2}\/[^"']+|\/[^"']+)["']/g;

/** A script and all that it imports statically, each once. */
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

/** Measures one part from its entry scripts, relative to the build's folder. */
export async function measure(root: string, part: Part, entries: string[]): Promise<PartSize> {
  const files = new Map<string, string>();
  for (const entry of entries) await closure(root, entry, files);
  const bytes = [...files.values()].reduce((sum, source) => sum + gzipSync(source).byteLength, 0);
  return { part, bytes };
}
