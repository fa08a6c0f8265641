import { parseArgs } from 'node:util';
import { browserName } from '@latchkey/shared/browser-name.ts';
import type { Config } from '../config/types.ts';
import { auditEach, type Ending, endSignIns, type SignIns } from '../revocation/end-sign-ins.ts';
import { createStore } from '../store/open.ts';
import type { Store } from '../store/store.ts';
import { configFrom } from './config-option.ts';
import { type Owned, peopleOf, sessionsOf, type Which } from './people-sessions.ts';

/** What `--help` prints. */
export const usage = `Usage: latchkey sessions <list | revoke> --config FILE [--sub SUB | --email EMAIL | --id ID | --client ID]

  sessions list      list active sessions and devices (all users unless filtered)
           --json    one JSON object per line
  sessions revoke    revoke sessions; requires --sub, --email, --id or --client (all devices of that client)
`;

/** `latchkey sessions list | revoke`: works on the store, whether or not a broker runs. */
export async function sessions(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    options: {
      config: { type: 'string' },
      sub: { type: 'string' },
      email: { type: 'string' },
      id: { type: 'string' },
      client: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
    allowPositionals: true,
  });
  const { sub, email, id, client, json } = values;
  const which: Which = { sub, email, id, client };
  const named = Object.values(which).filter((value) => value !== undefined).length;
  const command = positionals.join(' ');
  if ((command !== 'list' && command !== 'revoke') || named > 1 || (command === 'revoke' && named === 0)) {
    process.stderr.write(usage);
    return 2;
  }
  const config = configFrom(values.config === undefined ? [] : ['--config', values.config]);
  const store = await createStore(config.store, { now: () => Date.now() });
  try {
    return await (command === 'list' ? list(store, which, json) : revoke(config, store, which));
  } finally {
    await store.close();
  }
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

async function revoke(config: Config, store: Store, which: Which): Promise<number> {
  const now = () => Date.now();
  let count = 0;
  let isKnown = false;
  const reason = 'administrator';
  const end = async (signIns: SignIns, audit: Ending['audit']) => {
    isKnown = true;
    const ended = await endSignIns({ config, store, now }, { signIns, reason, audit });
    count += ended.sessions.length + ended.devices.length;
  };
  const { id, client } = which;
  if (client !== undefined) {
    if (!config.devices.has(client)) {
      process.stderr.write(
        `latchkey: devices has no client ${JSON.stringify(client)}; its old sign-ins are revoked anyway\n`,
      );
    }
    await end({ of: 'client', clientId: client }, ({ devices }) => [
      { type: 'client.revoked', detail: { client, reason, devices } },
    ]);
  } else if (id === undefined) {
    for await (const person of peopleOf(store, which)) {
      await end({ of: 'person', person }, auditEach(person.sub, reason));
    }
  } else {
    for await (const { kind, person, session } of sessionsOf(store, which)) {
      await end({ of: kind, id: session.id }, auditEach(person.sub, reason));
    }
  }
  if (!isKnown) process.stderr.write('latchkey: no person or session matches. See: latchkey sessions list\n');
  process.stdout.write(`Revoked ${count} ${count === 1 ? 'session' : 'sessions'}.\n`);
  return isKnown ? 0 : 1;
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

/** What came from outside is stripped of control characters: it goes to an administrator's terminal. */
const columns = (cells: readonly string[]): string =>
  cells.map((cell, index) => cell.replace(/\p{C}/gu, '?').padEnd(widths[index] ?? 0)).join(' ');

const time = (at: number): string => new Date(at).toISOString().slice(0, 16).replace('T', ' ');
