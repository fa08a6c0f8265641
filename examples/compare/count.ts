import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The libraries, in the order of the table. */
export const libraries = ['latchkey', 'okta-react', 'auth0-react', 'msal-react', 'react-oidc-context'] as const;

/** What each library is used for, in the order of the table. */
export const tasks = [
  'provider',
  'login state',
  'guard',
  'call with token',
  'several APIs',
  'step-up',
  'sign-out everywhere',
  'test of a component',
] as const;

type Counts = Record<(typeof tasks)[number], number>;

/** Counts the lines of each task: without empty lines, comments and imports. Biome formats all files alike. */
export function count(library: (typeof libraries)[number]): Counts {
  const text = ['src', 'tests'].map((folder) =>
    readFileSync(join(import.meta.dirname, folder, `${library}.tsx`), 'utf8'),
  );
  const regions = new Map<string, number>();
  for (const region of text
    .join('\n')
    .split(/^\/\/ #region /m)
    .slice(1)) {
    const [code = '', rest] = region.split(/^\/\/ #endregion$/m);
    const [name = '', ...lines] = code.split('\n');
    if (rest === undefined) throw new Error(`${library}.tsx: the region "${name}" has no end`);
    regions.set(name, lines.filter((line) => line.trim() !== '' && !line.trim().startsWith('//')).length);
  }
  const counted = tasks.map((task) => {
    const lines = regions.get(task);
    if (lines === undefined) throw new Error(`${library}.tsx has no region "${task}"`);
    return [task, lines] as const;
  });
  return Object.fromEntries(counted) as Counts;
}

/** The table of docs/react-libraries.md. */
export function table(): string {
  const columns = libraries.map((library) => count(library));
  const sum = (counts: Counts) => Object.values(counts).reduce((total, lines) => total + lines, 0);
  const rows = [
    ['lines for', ...libraries.map((library) => (library === 'latchkey' ? '`@latchkey/react`' : `\`${library}\``))],
    ['---', ...libraries.map(() => '---')],
    ...tasks.map((task) => [task, ...columns.map((counts) => String(counts[task]))]),
    ['**all of it**', ...columns.map((counts) => `**${sum(counts)}**`)],
  ];
  return rows.map((row) => `| ${row.join(' | ')} |`).join('\n');
}
