import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { isLoopbackHost } from '@latchkey/shared/origin.ts';
import * as oauth from 'oauth4webapi';
import type { MovedPeople, Store } from '../store/store.ts';
import { trustCertificates } from '../trusted-certificates.ts';
import { createDiscovery } from '../upstream/discovery.ts';
import { isSameIssuer } from '../upstream/same-issuer.ts';
import { storeConfigOf } from './config-option.ts';
import { byUsage } from './operator.ts';
import { UsageError } from './usage-error.ts';
import { withStore } from './with-store.ts';

/** What `--help` prints. */
export const usage = `Usage: latchkey migrate-issuer --from ISSUER --to ISSUER [--subjects FILE] [--dry-run] [--config FILE]

Run it when an identity provider has moved to another issuer, such as a custom domain. People keep their subject and what
they have allowed; they sign in again at the new issuer. Stop the brokers first, change "issuer" in the configuration, run
this, and start them. Running it again does no harm.

  --from ISSUER    the old issuer
  --to ISSUER      the new one, as the configuration has it
  --subjects FILE  if the provider gives people other subjects there: lines with the old and the new subject, separated
                   by a comma. People who are not in the file stay where they are
  --dry-run        only say how many people would move
  ${byUsage(17)}
`;

/** People per transaction. */
const limit = 100;

/** `latchkey migrate-issuer`: works on the store. */
export async function migrateIssuer(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      config: { type: 'string' },
      from: { type: 'string' },
      to: { type: 'string' },
      subjects: { type: 'string' },
      'dry-run': { type: 'boolean', default: false },
      by: { type: 'string' },
    },
  });
  const { from, to } = values;
  if (from === undefined || to === undefined)
    throw new UsageError('--from and --to are required: the old and the new issuer');
  for (const [option, issuer] of [
    ['from', from],
    ['to', to],
  ] as const) {
    if (!URL.canParse(issuer)) throw new UsageError(`--${option} must be a URL, such as https://id.example.com`);
  }
  if (isSameIssuer(from, to)) throw new UsageError('--from and --to are the same issuer');
  const subjects = values.subjects === undefined ? undefined : readSubjects(values.subjects);
  const config = storeConfigOf(values.config);
  trustCertificates(config.tls);
  const refused = (why: string): number => {
    process.stderr.write(`latchkey: ${why} Nothing was changed.\n`);
    return 1;
  };
  const provider = [...config.upstreams.values()].find(({ issuer }) => isSameIssuer(issuer, to));
  if (!provider) {
    return refused(
      `No provider of the configuration has the issuer ${to}. Change "issuer" under "upstreams" first, so that no broker sends anybody to the old one.`,
    );
  }
  const named = await issuerNamedAt(to, provider.discoveryUrl);
  if (named === undefined) {
    return refused(`${to} can't be reached, or is no OpenID Connect provider. Run "latchkey doctor".`);
  }
  return withStore(
    config,
    async (store) => {
      const known = await store.listIssuers();
      const olds = known.filter(({ issuer }) => isSameIssuer(from, issuer) && issuer !== named);
      const isDone = olds.length === 0 && known.some(({ issuer }) => issuer === named);
      if (olds.length === 0 && !isDone) {
        const list = known.map(({ issuer, people }) => `${issuer} (${people} people)`).join(', ') || 'nobody';
        return refused(`Nobody comes from ${from}. The store has: ${list}.`);
      }
      if (values['dry-run']) {
        const people = olds.reduce((sum, each) => sum + each.people, 0);
        process.stdout.write(`${people} people come from ${from}. Nothing was changed.\n`);
        return 0;
      }
      const done = { moved: 0, merged: 0, left: 0, sessions: 0, devices: 0 };
      for (const { issuer } of olds) add(done, await moveAll(store, { from: issuer, to: named, subjects }));
      process.stdout.write(`${told(done)}\n`);
      return 0;
    },
    values.by,
  );
}

/** The issuer as the provider itself writes it: that is how people are found when they sign in. */
async function issuerNamedAt(issuer: string, discoveryUrl: string | undefined): Promise<string | undefined> {
  const { protocol, hostname } = new URL(issuer);
  const options = {
    [oauth.allowInsecureRequests]: protocol === 'http:' && isLoopbackHost(hostname),
    signal: () => AbortSignal.timeout(10_000),
  };
  try {
    return (await createDiscovery(issuer, options, () => Date.now(), discoveryUrl)()).issuer;
  } catch {
    return undefined;
  }
}

type Counts = Omit<MovedPeople, 'after'>;

async function moveAll(
  store: Store,
  { from, to, subjects }: { from: string; to: string; subjects: ReadonlyMap<string, string> | undefined },
): Promise<Counts> {
  const move = { from, to, subjectOf: (idpSub: string) => (subjects ? subjects.get(idpSub) : idpSub) };
  const done = { moved: 0, merged: 0, left: 0, sessions: 0, devices: 0 };
  for (let after: string | undefined; ; ) {
    const page = await store.movePeople(move, { after, limit }, ({ sub, merged }) => ({
      at: Date.now(),
      audit: [{ type: 'person.moved', sub, detail: { from, to, ...(merged === undefined ? {} : { merged }) } }],
    }));
    add(done, page);
    if (page.after === undefined) return done;
    after = page.after;
  }
}

function add(sum: Counts, { moved, merged, left, sessions, devices }: Counts): void {
  sum.moved += moved;
  sum.merged += merged;
  sum.left += left;
  sum.sessions += sessions;
  sum.devices += devices;
}

const told = ({ moved, merged, left, sessions, devices }: Counts): string =>
  [
    `Moved ${moved} people. They keep their subject and what they have allowed.`,
    ...(merged > 0 ? [`${merged} of them had signed in at the new issuer already, and are one person again.`] : []),
    ...(left > 0 ? [`${left} people are not in the file, and stay where they are.`] : []),
    `${sessions} browser sessions and ${devices} devices have to sign in again. Browsers usually do so by themselves, devices don't.`,
  ].join('\n');

/** @throws UsageError if the file can't be read, or has a line that is no pair, or a subject twice */
function readSubjects(file: string): ReadonlyMap<string, string> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`--subjects: ${file} can't be read (${(error as NodeJS.ErrnoException).code})`);
  }
  const subjects = new Map<string, string>();
  const taken = new Set<string>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue;
    const [old, next, ...more] = line.split(',').map((part) => part.trim());
    if (!old || !next || more.length > 0) {
      throw new UsageError(`--subjects: line ${index + 1} of ${file} must be "old subject,new subject"`);
    }
    if (subjects.has(old) || taken.has(next)) {
      throw new UsageError(`--subjects: line ${index + 1} of ${file} has a subject that an earlier line has`);
    }
    subjects.set(old, next);
    taken.add(next);
  }
  return subjects;
}
