import { browserName } from '@latchkey/shared/browser-name.ts';
import { signInName } from '../../config/names.ts';
import type { Deps } from '../../deps.ts';
import { type IdentityFact, identityFactsOf } from '../../oauth/identity-scopes.ts';
import { inGroups } from '../../policy/decide.ts';
import type { DeviceSession } from '../../store/store.ts';
import type { SignedInPerson } from '../page-session.ts';

/** What a person sees of their own sign-ins. Times are in epoch milliseconds. */
export interface AccountView {
  browsers: Entry[];
  devices: (Entry & { client: string; may: string[]; knows: IdentityFact[] })[];
  sites: SiteEntry[];
}

export type SiteEntry = Use & { origin: string; name: string } & (
    | { access: 'person'; may: string[]; allowedAt: number }
    /** The administrator has allowed the site for everyone. It is listed once the person has used it. */
    | { access: 'organization'; may: string[] }
    /** The person chose that the site may not ask. */
    | { access: 'never'; refusedAt: number }
  );

export interface Use {
  lastUsedAt?: number | undefined;
  lastUsedFrom?: string | undefined;
}

interface Entry extends Use {
  /** The row's ID. It identifies the row in forms and opens nothing. */
  id: string;
  name: string;
  signedInAt: number;
  /** When the sign-in ends at the latest. */
  expiresAt: number;
  /** Whether the provider requires a new sign-in. */
  needsSignIn: boolean;
}

/** Returns everything of the person that has neither ended nor expired. */
export async function accountView(
  { config, store, now }: Pick<Deps, 'config' | 'store' | 'now'>,
  { sub, groups }: Pick<SignedInPerson, 'sub' | 'groups'>,
): Promise<AccountView> {
  const [sessions, devices, consents, used] = await Promise.all([
    store.listSessions(sub),
    store.listDeviceSessions(sub),
    store.listConsents(sub),
    store.listSites(sub),
  ]);
  const words = (resource: string, scopes: readonly string[]) =>
    scopes.map((scope) => config.resources.get(resource)?.scopes[scope] ?? scope);
  const isLive = ({ absoluteExpiresAt }: { absoluteExpiresAt: number }) => absoluteExpiresAt > now();
  return {
    browsers: sessions
      .filter((session) => isLive(session) && session.idleExpiresAt > now())
      .map((session) => ({ ...entry(session), name: browserName(session.userAgent) })),
    devices: devices.filter(isLive).map((device) => ({
      ...entry(device),
      name: signInName(device.name, config.devices.get(device.clientId)) ?? device.clientId,
      client: clientName(device),
      may: mayOf(device),
      knows: identityFactsOf(device.scopes),
    })),
    sites: [...new Set([...consents, ...used].map(({ origin }) => origin))].toSorted().flatMap(site),
  };

  function site(origin: string): SiteEntry[] {
    const configured = config.origins.get(origin);
    const { refusedAt, lastUsedAt, lastUsedFrom } = used.find((record) => record.origin === origin) ?? {};
    const entry = { origin, name: configured?.name ?? origin, lastUsedAt, lastUsedFrom };
    if (configured?.consent === 'granted') {
      // The person made no decision here, so a site disappears once they have left its groups.
      if (!inGroups(configured.groups, { groups })) return [];
      const may = [...configured.allow].flatMap(([resource, scopes]) => words(resource, scopes));
      return [{ ...entry, access: 'organization', may }];
    }
    if (refusedAt !== undefined) return [{ ...entry, access: 'never', refusedAt }];
    const of = consents.filter((consent) => consent.origin === origin);
    if (of.length === 0) return [];
    const may = of.flatMap(({ resource, scopes }) => words(resource, scopes));
    return [{ ...entry, access: 'person', may, allowedAt: Math.max(...of.map(({ grantedAt }) => grantedAt)) }];
  }

  function clientName({ clientId }: DeviceSession): string {
    return config.devices.get(clientId)?.name ?? clientId;
  }

  function mayOf({ clientId, resource = '', scopes }: DeviceSession): string[] {
    const allowed = config.devices.get(clientId)?.allow.get(resource) ?? [];
    return words(
      resource,
      scopes.filter((scope) => allowed.includes(scope)),
    );
  }
}

const entry = (row: {
  id: string;
  createdAt: number;
  absoluteExpiresAt: number;
  lastUsedAt?: number | undefined;
  lastUsedFrom?: string | undefined;
  state: string;
}) => ({
  id: row.id,
  signedInAt: row.createdAt,
  expiresAt: row.absoluteExpiresAt,
  lastUsedAt: row.lastUsedAt,
  lastUsedFrom: row.lastUsedFrom,
  needsSignIn: row.state === 'reauth_required',
});
