import type { Deps } from '../deps.ts';
import { type IdentityFact, identityFactsOf } from '../device/identity.ts';
import type { SignedInPerson } from '../people/page-session.ts';
import type { DeviceSession } from '../store/store.ts';
import { browserName } from './browser-name.ts';

/** What somebody sees of their own sign-ins. Times are milliseconds since the epoch. */
export interface AccountView {
  browsers: Entry[];
  devices: (Entry & { client: string; may: string[]; knows: IdentityFact[] })[];
  sites: { origin: string; name: string; may: string[]; allowedAt: number }[];
}

interface Entry {
  /** The row's: names it in forms, opens nothing. */
  id: string;
  name: string;
  signedInAt: number;
  lastUsedAt: number | undefined;
  lastUsedFrom: string | undefined;
  /** The provider wants them to sign in again there. */
  needsSignIn: boolean;
}

/** Everything of the person that has neither ended nor expired. */
export async function accountView({ config, store, now }: Deps, { sub }: SignedInPerson): Promise<AccountView> {
  const [sessions, devices, consents] = await Promise.all([
    store.listSessions(sub),
    store.listDeviceSessions(sub),
    store.listConsents(sub),
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
      name: device.name ?? clientName(device),
      client: clientName(device),
      may: mayOf(device),
      knows: identityFactsOf(device.scopes),
    })),
    sites: [...Map.groupBy(consents, ({ origin }) => origin)].map(([origin, of]) => ({
      origin,
      name: config.origins.get(origin)?.name ?? origin,
      may: of.flatMap(({ resource, scopes }) => words(resource, scopes)),
      allowedAt: Math.max(...of.map(({ grantedAt }) => grantedAt)),
    })),
  };

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
  lastUsedAt?: number | undefined;
  lastUsedFrom?: string | undefined;
  state: string;
}) => ({
  id: row.id,
  signedInAt: row.createdAt,
  lastUsedAt: row.lastUsedAt,
  lastUsedFrom: row.lastUsedFrom,
  needsSignIn: row.state === 'reauth_required',
});
