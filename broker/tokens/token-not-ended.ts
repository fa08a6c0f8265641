import type { Config } from '../config/types.ts';
import type { Store } from '../store/store.ts';
import { servicePrefix } from './subjects.ts';
import type { AccessClaims } from './token-verifier.ts';

/**
 * Whether a token's session is live. For a service token: whether the service is still configured and has not revoked the
 * token. APIs that introspect tokens see the end immediately. APIs that verify tokens locally accept them until they
 * expire.
 *
 * A session replaced by a newer sign-in counts as ended. Otherwise, its last tokens would outlive the revocation of the
 * newer session. Pages get new tokens.
 */
export async function isLive(
  {
    store,
    config,
  }: {
    store: Pick<Store, 'getSession' | 'getDeviceSession' | 'isTokenRevoked'>;
    config: Pick<Config, 'services'>;
  },
  { sub, sid, azp, jti }: AccessClaims,
): Promise<boolean> {
  if (sub.startsWith(servicePrefix)) {
    return config.services.has(sub.slice(servicePrefix.length)) && !(await store.isTokenRevoked(jti));
  }
  if (sid === undefined) return true;
  const session = azp === undefined ? await store.getDeviceSession(sid) : await store.getSession(sid);
  return session !== undefined && session.state !== 'ended';
}
