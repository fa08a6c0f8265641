import { parseArgs } from 'node:util';
import { browserName } from '@latchkey/shared/browser-name.ts';
import type { Store } from '../store/store.ts';
import { storeConfigOf } from './config-option.ts';
import { byUsage } from './operator.ts';
import { type Owned, sessionsOf, type Which } from './people-sessions.ts';
import { revokeMany, revokeNamed } from './revoke-sessions.ts';
import { subcommandOf } from './subcommand.ts';
import { UsageError } from './usage-error.ts';
import { withStore } from './with-store.ts';

/** What `--help` prints. */
export const usage = `Usage: latchkey sessions <list | revoke> [--config FILE] [--sub SUB | --email EMAIL | --id ID | --client ID]

  sessions list      list active sessions and devices (all users unless filtered)
           --json    one JSON object per line
  sessions revoke    revoke sessions; requires one of the options above (--client: all devices of that client), or
           --all             everyone's
           --upstream NAME   those of one identity provider
           --before TIME     those that began before, such as 2026-11-27 (0:00 UTC) or 2026-11-27T10:00Z
           --key ID          those encrypted with this key of the key file
                             (--upstream, --before and --key can be combined: all must hold)
           ${byUsage(18)}
`;

const people = ['sub', 'email', 'id', 'client'] as const;

/** `latchkey sessions list | revoke`: works on the store, with or without a running broker. */
export async function sessions(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    options: {
      config: { type: 'string' },
      sub: { type: 'string' },
      email: { type: 'string' },
      id: { type: 'string' },
      client: { type: 'string' },
      all: { type: 'boolean', default: false },
      upstream: { type: 'string' },
      before: { type: 'string' },
      key: { type: 'string' },
      by: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
    allowPositionals: true,
  });
  const command = subcommandOf('sessions', positionals, values, {
    list: ['config', ...people, 'json'],
    revoke: ['config', ...people, 'all', 'upstream', 'before', 'key', 'by'],
  });
  const { sub, email, id, client, all, upstream, before, key, json } = values;
  const which: Which = { sub, email, id, client };
  const named = Object.values(which).filter((value) => value !== undefined).length;
  const isFiltered = [upstream, before, key].some((value) => value !== undefined);
  const ways = named + (isFiltered ? 1 : 0) + (all ? 1 : 0);
  if (command === 'list' && named > 1) throw new UsageError('give only one of --sub, --email, --id and --client');
  if (command === 'revoke' && ways !== 1) {
    throw new UsageError(
      'say whose sessions: give one of --sub, --email, --id, --client and --all, or any of --upstream, --before and --key',
    );
  }
  const config = storeConfigOf(values.config);
  return withStore(
    config,
    async (store) => {
      const deps = { config, store, now: () => Date.now() };
      if (command === 'list') return await list(store, which, json);
      const revoked = await (named > 0 ? revokeNamed(deps, which) : revokeMany(deps, { upstream, before, key }));
      if (typeof revoked === 'string') {
        process.stderr.write(`latchkey: ${revoked} Nothing was changed.\n`);
        return 1;
      }
      process.stdout.write(`Revoked ${revoked} ${revoked === 1 ? 'session' : 'sessions'}.\n`);
      return 0;
    },
    values.by,
  );
}

async function list(store: Store, which: Which, json: boolean): Promise<number> {
  let count = 0;
  for await (const owned of sessionsOf(store, which)) {
    if (count === 0 && !json) process.stdout.write(`${columns(header)}\n`);
    process.stdout.write(json ? `${JSON.stringify(record(owned))}\n` : `${columns(row(owned))}\n`);
    count += 1;
  }
  if (count === 0 && !json) process.stdout.write('No matching sessions.\n');
  return 0;
}

const header = ['KIND', 'PERSON', 'STATE', 'SINCE', 'USED', 'UNTIL', 'ON', 'ID'];

const row = ({ kind, person, session }: Owned): string[] => [
  kind,
  person.email ?? person.name ?? person.sub,
  session.state,
  time(session.createdAt),
  session.lastUsedAt === undefined ? '-' : time(session.lastUsedAt),
  time(session.absoluteExpiresAt),
  'clientId' in session ? (session.name ?? session.clientId) : browserName(session.userAgent),
  session.id,
];

const record = ({ kind, person, session }: Owned) => ({
  id: session.id,
  kind,
  sub: person.sub,
  email: person.email,
  name: person.name,
  upstream: session.upstream,
  key: session.ringKid,
  state: session.state,
  created_at: new Date(session.createdAt).toISOString(),
  refreshed_at: new Date(session.refreshedAt).toISOString(),
  expires_at: new Date(session.absoluteExpiresAt).toISOString(),
  last_used_at: session.lastUsedAt === undefined ? undefined : new Date(session.lastUsedAt).toISOString(),
  last_used_from: session.lastUsedFrom,
  ...('clientId' in session
    ? { client_id: session.clientId, scope: session.scopes.join(' ') }
    : { user_agent: session.userAgent }),
});

const widths = [8, 28, 16, 17, 17, 17, 20, 0];

/** Removes control characters from outside text, because it goes to an administrator's terminal. */
const columns = (cells: readonly string[]): string =>
  cells.map((cell, index) => cell.replace(/\p{C}/gu, '?').padEnd(widths[index] ?? 0)).join(' ');

const time = (at: number): string => new Date(at).toISOString().slice(0, 16).replace('T', ' ');
