import type { Surroundings } from './findings.ts';
import type { Line } from './lines.ts';

export interface ReportOptions {
  /** Milliseconds since the epoch. */
  at: number;
  /** Whether the user wants the sites' addresses in the report. */
  withSites: boolean;
  sites: Surroundings['sites'];
  /** The broker's address, which the report may contain. */
  broker: string | undefined;
  /** The name to remove from the report, even if it is part of a message. */
  account: string | undefined;
}

/**
 * The report for support: facts without names, email addresses or tokens, and without sites' addresses unless the user
 * wants them.
 */
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

/** Messages may quote requests. This removes everything that identifies a user, a site or a secret. */
function redact(text: string, { withSites, broker, account }: ReportOptions): string {
  const nameless = account ? text.replaceAll(account, '(account)') : text;
  return nameless
    .replace(/\S+/g, (word) => (/[^@]@[^@]/.test(word) ? '(address)' : word))
    .replace(/\bhttps?:\/\/[^\s/)]+[^\s)]*/g, (url) => (withSites || url === broker ? url : '(site)'))
    .replace(/[\w-]{24,}(?:\.[\w-]+)*/g, '(long value)');
}
