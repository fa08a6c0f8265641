import type { Surroundings } from './findings.ts';
import type { Line } from './lines.ts';

export interface ReportOptions {
  /** Milliseconds since the epoch. */
  at: number;
  /** Whether the person wants the addresses of their sites in it. */
  withSites: boolean;
  sites: Surroundings['sites'];
  /** The broker's address, which may stay. */
  broker: string | undefined;
  /** Whose name must not be in it, however it got into a message. */
  account: string | undefined;
}

/** What is copied for whoever helps: facts, without names, mail addresses, tokens, or, unless wanted, addresses of sites. */
export function reportOf(lines: readonly Line[], options: ReportOptions): string {
  const { at, withSites, sites } = options;
  const width = Math.max(...lines.map(({ id }) => id.length));
  const told = lines.map(
    ({ id, verdict, fact }) => `${id.padEnd(width)}  ${verdict.padEnd(9)}  ${redact(fact, options)}`,
  );
  const listed = sites.map(
    ({ origin, reachable, bridge }) =>
      `${origin}  ${reachable ? 'reachable' : 'not reachable'}, ${bridge ? 'bridge' : 'no bridge'}`,
  );
  return [
    `Latchkey diagnostics, ${new Date(at).toISOString()}`,
    '',
    ...told,
    ...(withSites ? ['', ...listed] : []),
    '',
  ].join('\n');
}

/** Messages may quote what was asked; nothing that names a person, a site or a secret gets by. */
function redact(text: string, { withSites, broker, account }: ReportOptions): string {
  const nameless = account ? text.replaceAll(account, '(account)') : text;
  return nameless
    .replace(/\S+/g, (word) => (/[^@]@[^@]/.test(word) ? '(address)' : word))
    .replace(/\bhttps?:\/\/[^\s/)]+[^\s)]*/g, (url) => (withSites || url === broker ? url : '(site)'))
    .replace(/[\w-]{24,}(?:\.[\w-]+)*/g, '(long value)');
}
