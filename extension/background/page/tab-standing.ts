import type { OpenPage } from '../../platform/windows.ts';
import { isDenied, type ManagedPolicy } from '../../protocol/managed-policy.ts';
import type { Session } from '../session/session.ts';
import { isConnected, isRefused, siteOf } from '../session/site-policy.ts';

/**
 * How the page in a tab stands with the extension. `asking`: it waits for the user's answer. `reauth`: its account has to
 * sign in again.
 */
export type TabStanding = 'connected' | 'not_connected' | 'blocked' | 'asking' | 'reauth';

export interface TabStandingDeps {
  managed(): Promise<Pick<ManagedPolicy, 'denied_sites' | 'private_windows'>>;
  /** The session of a site's account. */
  sessionAt(origin: string): Promise<Pick<Session, 'known' | 'lapsed'>>;
  isAsking(tabId: number): Promise<boolean>;
}

/**
 * Reads how a page stands from what is known, without a request to the broker.
 *
 * @returns a function that returns `undefined` for a page that is no site of its account
 */
export function createTabStanding({ managed, sessionAt, isAsking }: TabStandingDeps) {
  return async ({ tabId, origin, isApart }: OpenPage): Promise<TabStanding | undefined> => {
    const policy = await managed();
    if (isDenied(policy, origin)) return 'blocked';
    const session = await sessionAt(origin);
    if (await session.lapsed()) return 'reauth';
    const known = await session.known();
    const site = known && siteOf(known, origin);
    if (!site) return undefined;
    if (isApart && policy.private_windows !== 'allow') return 'blocked';
    if (await isAsking(tabId)) return 'asking';
    if (isRefused(known, origin)) return 'blocked';
    return isConnected(known, site) ? 'connected' : 'not_connected';
  };
}
