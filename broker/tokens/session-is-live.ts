import type { Config } from '../config/types.ts';
import type { Store } from '../store/store.ts';
import { servicePrefix } from './subjects.ts';
import type { AccessClaims } from './token-verifier.ts';

/**
 * Whether what a token stands on still does: its session has not ended, its service is still configured. Who
 * asks the broker about a token learns so at once; who verifies it alone, when it expires.
 *
 * That goes for a session which a newer sign-in has replaced, too, or its last tokens would outlive a kill of the
 * newer one; pages are given fresh ones.
 */
export async function isLive(
  { store, config }: { store: Pick<Store, 'getSession' | 'getDeviceSession'>; config: Pick<Config, 'services'> },
  { sub, sid, azp }: AccessClaims,
): Promise<boolean> {
  if (sub.startsWith(servicePrefix)) return config.services.has(sub.slice(servicePrefix.length));
  if (sid === undefined) return true;
  const session = azp === undefined ? await store.getDeviceSession(sid) : await store.getSession(sid);
  return session !== undefined && session.state !== 'ended';
}
