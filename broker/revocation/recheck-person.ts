import type { Store } from '../store/store.ts';
import type { Publisher } from './publisher.ts';

interface Parts {
  store: Pick<Store, 'listSessions' | 'listDeviceSessions' | 'setSessionState' | 'setDeviceSessionState'>;
  feed: Publisher;
}

/**
 * Handles a hint about a person: their sessions and devices get no more tokens until the provider has been asked. Open
 * tabs are told to ask again.
 *
 * @returns the number of sessions and devices affected
 */
export async function recheckPerson({ store, feed }: Parts, sub: string): Promise<number> {
  const [sessions, devices] = await Promise.all([store.listSessions(sub), store.listDeviceSessions(sub)]);
  // Sessions already in `recheck` are marked again: their request to the provider may predate this hint.
  const from = ['active', 'recheck'] as const;
  const moved = await Promise.all([
    ...sessions.map(({ id }) => store.setSessionState(id, from, 'recheck')),
    ...devices.map(({ id }) => store.setDeviceSessionState(id, from, 'recheck')),
  ]);
  await feed.publish({ type: 'policy', sub });
  return moved.filter(Boolean).length;
}
