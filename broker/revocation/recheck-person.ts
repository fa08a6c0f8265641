import type { Store } from '../store/store.ts';
import type { Publisher } from './publisher.ts';

interface Parts {
  store: Pick<Store, 'listSessions' | 'listDeviceSessions' | 'setSessionState' | 'setDeviceSessionState'>;
  feed: Publisher;
}

/**
 * Takes a hint about a person: nothing more is minted in their sessions and on their devices until the
 * provider has been asked. Open tabs are told to ask.
 *
 * @returns how many sessions and devices that is
 */
export async function recheckPerson({ store, feed }: Parts, sub: string): Promise<number> {
  const [sessions, devices] = await Promise.all([store.listSessions(sub), store.listDeviceSessions(sub)]);
  // One that is being rechecked is told, too: what it is asking now may be older than this hint.
  const from = ['active', 'recheck'] as const;
  const moved = await Promise.all([
    ...sessions.map(({ id }) => store.setSessionState(id, from, 'recheck')),
    ...devices.map(({ id }) => store.setDeviceSessionState(id, from, 'recheck')),
  ]);
  await feed.publish({ type: 'policy', sub });
  return moved.filter(Boolean).length;
}
