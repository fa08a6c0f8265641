import type { Config } from '../config/types.ts';
import { loadRing } from '../keys/ring.ts';
import {
  auditEach,
  auditOwners,
  type Ended,
  type EndingDeps,
  endSignIns,
  endSignInsOfAll,
} from '../revocation/end-sign-ins.ts';
import type { Store } from '../store/store.ts';
import { type Owned, peopleOf, sessionsOf, type Which } from './people-sessions.ts';

type Deps = EndingDeps & { config: Config; store: Store };

/** The number of sessions and devices revoked, or a sentence that says why nothing can match. */
type Revoked = number | string;

const reason = 'administrator';
const listHint = 'Run "latchkey sessions list" to see who is signed in.';

const countOf = ({ sessions, devices }: Ended): number => sessions.length + devices.length;

/** Revokes the sessions of one person, one client, or one session. */
export async function revokeNamed(deps: Deps, which: Which): Promise<Revoked> {
  const { config, store } = deps;
  const { sub, email, id, client } = which;
  let count = 0;
  if (client !== undefined) {
    const clients = [...config.devices.keys()];
    const isOfClient = ({ session }: Owned) => 'clientId' in session && session.clientId === client;
    if (!clients.includes(client) && !(await hasSession(store, isOfClient))) {
      return `No device has the client "${client}". ${oneOf(clients)}`;
    }
    const ended = await endSignIns(deps, {
      signIns: { of: 'client', clientId: client },
      reason,
      audit: (ended, owners) => [
        { type: 'client.revoked', detail: { client, reason, devices: ended.devices } },
        ...auditOwners(ended, owners, reason),
      ],
    });
    return countOf(ended);
  }
  if (id !== undefined) {
    for await (const { kind, person, session } of sessionsOf(store, which)) {
      count += countOf(
        await endSignIns(deps, { signIns: { of: kind, id: session.id }, reason, audit: auditEach(person.sub, reason) }),
      );
    }
    return count > 0 ? count : `No active session or device has the ID "${id}". ${listHint}`;
  }
  let people = 0;
  for await (const person of peopleOf(store, which)) {
    people += 1;
    const signIns = { of: 'person', person } as const;
    count += countOf(await endSignIns(deps, { signIns, reason, audit: auditEach(person.sub, reason) }));
  }
  if (people > 0) return count;
  return `No one has the ${email === undefined ? `ID "${sub}"` : `email address "${email}"`}. ${listHint}`;
}

/** `Date.parse` alone would also take `7` (July 2001) and 11/12/2026, and would read a time without zone as local time. */
const isoTime = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d))?$/;

/** Options of `sessions revoke` that are about everyone. */
interface Many {
  upstream: string | undefined;
  before: string | undefined;
  key: string | undefined;
}

/** Revokes the sessions of everyone who matches. */
export async function revokeMany(deps: Deps, { upstream, before, key }: Many): Promise<Revoked> {
  const createdBefore = before === undefined ? undefined : Date.parse(before);
  if (createdBefore !== undefined && !(isoTime.test(before ?? '') && createdBefore >= 0))
    return `"${before}" is not a time. Write it like 2026-11-27T10:00Z.`;
  if (createdBefore !== undefined && createdBefore > deps.now()) return `"${before}" is in the future.`;
  const upstreams = [...deps.config.upstreams.keys()];
  const isOfUpstream = ({ session }: Owned) => session.upstream === upstream;
  if (upstream !== undefined && !upstreams.includes(upstream) && !(await hasSession(deps.store, isOfUpstream))) {
    return `No session comes from an identity provider "${upstream}". ${oneOf(upstreams)}`;
  }
  const { sessions, devices } = await endSignInsOfAll(deps, { upstream, ringKid: key, createdBefore }, { reason });
  const count = sessions + devices;
  if (count === 0 && key !== undefined && !isInKeyFile(deps.config, key)) {
    return `No session is encrypted with a key "${key}". Run "latchkey keys list" to see the keys.`;
  }
  return count;
}

/** Whether someone has such a session: names that the configuration no longer has can still be in the store. */
async function hasSession(store: Store, isMeant: (owned: Owned) => boolean): Promise<boolean> {
  for await (const owned of sessionsOf(store, {})) if (isMeant(owned)) return true;
  return false;
}

const oneOf = (names: readonly string[]): string =>
  names.length === 0 ? 'The configuration has none.' : `The configuration has: ${names.join(', ')}.`;

function isInKeyFile({ keysFile }: Config, kid: string): boolean {
  try {
    return loadRing(keysFile).all.some((key) => key.kid === kid);
  } catch {
    return false;
  }
}
