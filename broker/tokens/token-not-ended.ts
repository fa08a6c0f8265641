import type { Clock } from '@latchkey/shared/time.ts';
import type { Config } from '../config/types.ts';
import type { Store } from '../store/store.ts';
import { servicePrefix } from './subjects.ts';
import type { AccessClaims } from './token-verifier.ts';

interface Parts {
  store: Pick<Store, 'getSession' | 'getDeviceSession' | 'isTokenRevoked'>;
  config: Pick<Config, 'services'>;
  now: Clock;
}

/**
 * Whether a token's session is live. For a service token: whether the service is still configured and has not revoked the
 * token. APIs that introspect tokens see the end immediately. APIs that verify tokens locally accept them until they
 * expire.
 *
 * A session replaced by a newer sign-in counts as ended. Otherwise, its last tokens would outlive the revocation of the
 * newer session. Pages get new tokens.
 */
export const isLive = async (parts: Parts, claims: AccessClaims): Promise<boolean> =>
  (await livesUntil(parts, claims)) !== undefined;

/**
 * As {@link isLive}, with the time until which only an event can end it, in epoch milliseconds.
 *
 * @returns `undefined` if it has ended
 */
export async function livesUntil({ store, config, now }: Parts, claims: AccessClaims): Promise<number | undefined> {
  const { sub, sid, azp, jti } = claims;
  if (isOfService(claims)) {
    return isConfigured(config, sub) && !(await store.isTokenRevoked(jti)) ? Number.POSITIVE_INFINITY : undefined;
  }
  if (sid === undefined) return Number.POSITIVE_INFINITY;
  if (azp === undefined) return endOf(await store.getDeviceSession(sid), now());
  const session = await store.getSession(sid);
  if (!session) return undefined;
  const { state, idleExpiresAt, absoluteExpiresAt } = session;
  return endOf({ state, absoluteExpiresAt: Math.min(idleExpiresAt, absoluteExpiresAt) }, now());
}

/** Whether the token is a service's own. */
export const isOfService = ({ sub }: Pick<AccessClaims, 'sub'>): boolean => sub.startsWith(servicePrefix);

/** Whether the configuration still has the service. It may have been loaded again. */
export const isConfigured = ({ services }: Pick<Config, 'services'>, sub: string): boolean =>
  services.has(sub.slice(servicePrefix.length));

/** A row may outlive its end until it is collected. */
const endOf = (row: { state: string; absoluteExpiresAt: number } | undefined, now: number): number | undefined =>
  row && row.state !== 'ended' && row.absoluteExpiresAt > now ? row.absoluteExpiresAt : undefined;
