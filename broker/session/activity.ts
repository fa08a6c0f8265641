import { browserName } from '@latchkey/shared/browser-name.ts';
import type { ActivityKind, Endable } from '@latchkey/shared/session-activity.ts';
import { signInName } from '../config/names.ts';
import type { Deps } from '../deps.ts';
import { auditEach, endSignIns } from '../revocation/end-sign-ins.ts';
import type { StoredAuditEntry } from '../store/store.ts';

/** One thing that happened, as the person may see it: never an operator's name, and nothing about another person. */
export interface Activity {
  /** Number of the audit entry. */
  id: number;
  at: number;
  kind: ActivityKind;
  /** Of the browser, device or site. */
  name?: string | undefined;
  /** IP address. */
  from?: string | undefined;
  /** Who ended the sign-in. */
  by?: 'person' | 'organization' | 'protection' | undefined;
  /** Whether it happened in the browser that asks. */
  here: boolean;
  /**
   * Whether a browser or device signed in that had not been signed in before. A device is new also to the browser that allowed
   * it: whoever has a copy of that browser's profile can allow one.
   */
  isNew: boolean;
  /** The sign-in, if it has not ended. */
  signIn?: Endable | undefined;
}

export interface ActivityPage {
  entries: Activity[];
  /** `before` of the next page, if there is more. */
  next: number | undefined;
}

/** Entries per page. */
const pageLength = 20;
/** Audit entries that one page reads at most: many are not shown. */
const readPerPage = 200;

type Detail = StoredAuditEntry['detail'];

/**
 * Whether an entry `session.created` is of a browser in which this person was not signed in. Only a session of the same
 * person shows that the browser is known. That nobody was asked shows nothing: a thief of the provider's cookies signs in
 * silently, too.
 */
export const isNewBrowser = ({ replaces, replaces_other_person: ofAnother }: Detail): boolean =>
  replaces === undefined || ofAnother === true;

/**
 * Returns what the audit log has about a person, the newest first. It reads a limited number of entries, so a page can be
 * shorter than others.
 *
 * @param where `before` is `next` of the previous page; `session` is the browser that asks
 */
export async function activityOf(
  deps: Pick<Deps, 'config' | 'store' | 'now'>,
  sub: string,
  { before, session }: { before?: number | undefined; session?: string | undefined },
): Promise<ActivityPage> {
  const rows = await deps.store.auditOf(sub, { before, limit: readPerPage });
  const told = rows.flatMap((row) => {
    const event = read(row);
    return event === undefined ? [] : [{ row, event }];
  });
  const page = told.slice(0, pageLength);
  const last = told.length > pageLength ? page.at(-1)?.row : rows.length === readPerPage ? rows.at(-1) : undefined;
  const known = await knownSignIns(
    deps,
    sub,
    page.map(({ event }) => event),
  );
  return {
    entries: page.map(({ row, event }) => ({
      id: row.seq,
      at: row.at,
      kind: event.kind,
      name: known.nameOf(event),
      from: event.from,
      by: event.by,
      here: event.signIn?.of === 'browser' && event.signIn.id === session,
      isNew: event.isNew === true,
      signIn: event.began && event.signIn && known.isLive(event.signIn) ? event.signIn : undefined,
    })),
    next: last?.seq,
  };
}

/** An entry's meaning. */
interface Told extends Pick<Activity, 'kind' | 'from' | 'by' | 'name'> {
  signIn?: Endable | undefined;
  /** Whether `signIn` began with it. */
  began?: boolean;
  isNew?: boolean;
  client?: string | undefined;
  origin?: string | undefined;
}

/** Other versions wrote other members, so nothing is taken for granted. */
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const signInOf = (of: Endable['of'], id: unknown): Endable | undefined =>
  text(id) === undefined ? undefined : { of, id: String(id) };

/** @returns `undefined` if people aren't told of such entries */
function read({ type, detail }: StoredAuditEntry): Told | undefined {
  const { session, device } = detail;
  const [from, client, origin] = [text(detail.from), text(detail.client), text(detail.origin)];
  switch (type) {
    case 'session.created': {
      const isNew = isNewBrowser(detail);
      // The session went on without the person.
      if (detail.silent === true && !isNew) return undefined;
      const signIn = signInOf('browser', session);
      const name = text(detail.browser);
      return { kind: 'browser_signed_in', signIn, began: true, isNew, name, from };
    }
    case 'page.signed_in':
      return { kind: 'page_signed_in', from };
    case 'device.created':
      return { kind: 'device_signed_in', signIn: signInOf('device', device), began: true, isNew: true, client, from };
    case 'device.denied':
    case 'device.reported':
      return {
        kind: type === 'device.denied' ? 'device_denied' : 'device_reported',
        client,
        from: text(detail.address),
      };
    case 'session.ended':
      if (detail.reason === 'replaced') return undefined;
      return { kind: 'browser_signed_out', signIn: signInOf('browser', session), by: endedBy(detail.reason) };
    case 'device.ended':
      return { kind: 'device_signed_out', signIn: signInOf('device', device), by: endedBy(detail.reason) };
    case 'account.signed_out_everywhere':
      // The browsers and the devices have one entry each. The first is always there.
      if (Array.isArray(detail.devices) && detail.devices.length > 0) return undefined;
      return { kind: 'signed_out_everywhere' };
    case 'consent.granted':
      return { kind: 'site_allowed', origin };
    case 'consent.revoked':
      return { kind: 'site_removed', origin };
    case 'consent.refused':
      return { kind: 'site_blocked', origin };
    case 'consent.refusal_revoked':
      return { kind: 'site_unblocked', origin };
    case 'authentication.failed':
      if (detail.kind === 'user_code') return { kind: 'code_failed', from: text(detail.address) };
      if (detail.kind === 'session_key') return { kind: 'session_misused', from: text(detail.address) };
      return undefined;
    default:
      return undefined;
  }
}

function endedBy(reason: unknown): Activity['by'] {
  if (reason === 'person' || reason === 'sign_out' || reason === 'revoked') return 'person';
  return reason === 'reuse_detected' || reason === 'compromised' ? 'protection' : 'organization';
}

/** Looks up the names of what the entries are about. */
async function knownSignIns(
  { config, store, now }: Pick<Deps, 'config' | 'store' | 'now'>,
  sub: string,
  events: readonly Told[],
) {
  const idsOf = (of: Endable['of']) => [
    ...new Set(events.flatMap(({ signIn }) => (signIn?.of === of ? [signIn.id] : []))),
  ];
  const [sessions, devices] = await Promise.all([
    Promise.all(idsOf('browser').map((id) => store.getSession(id))),
    Promise.all(idsOf('device').map((id) => store.getDeviceSession(id))),
  ]);
  const rows = [...sessions, ...devices].flatMap((row) => (row?.sub === sub ? [row] : []));
  const byId = new Map(rows.map((row) => [row.id, row]));
  const clientName = (client: string | undefined) => client && (config.devices.get(client)?.name ?? client);

  return {
    isLive({ id }: Endable): boolean {
      const row = byId.get(id);
      if (!row || row.state === 'ended' || row.absoluteExpiresAt <= now()) return false;
      return !('idleExpiresAt' in row) || row.idleExpiresAt > now();
    },
    nameOf({ name, signIn, client, origin }: Told): string | undefined {
      if (origin !== undefined) return config.origins.get(origin)?.name ?? origin;
      const row = signIn && byId.get(signIn.id);
      if (row && 'clientId' in row) return signInName(row.name, config.devices.get(row.clientId)) ?? row.clientId;
      return name ?? (row ? browserName(row.userAgent) : clientName(client));
    },
  };
}

/** Ends one of the person's own sign-ins. Another person's counts as gone, and what is gone is no error. */
export async function endOwnSignIn(deps: Deps, sub: string, { of, id }: Endable): Promise<void> {
  const row = await (of === 'browser' ? deps.store.getSession(id) : deps.store.getDeviceSession(id));
  if (row?.sub !== sub) return;
  await endSignIns(deps, { signIns: { of, id }, reason: 'person', audit: auditEach(sub, 'person') });
}
