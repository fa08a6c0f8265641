import type { SessionAnswer } from '@latchkey/shared/session-api.ts';
import { isDenied, type ManagedPolicy } from '../../protocol/managed-policy.ts';
import { policyDenied } from '../errors.ts';
import { siteOf } from '../session/site-policy.ts';
import type { PageSender } from './sender.ts';

export interface SiteAccessDeps {
  /** Sites in the build's configuration. */
  sites: readonly string[];
  broker(): Promise<string | undefined>;
  managed(): Promise<ManagedPolicy>;
  /** Whether the browser still lets the extension run in the origin's pages. */
  isReachable(origin: string): Promise<boolean>;
  /** Whether the user has turned on this site in a store build. */
  isTurnedOn(origin: string): Promise<boolean>;
  /** The session of a site's account. */
  current(origin: string): Promise<SessionAnswer | undefined>;
}

/**
 * Admits the sites that the configuration names: in the build, or in the broker's policy. The organization's policy on
 * this computer can only take away from that.
 *
 * @throws {LatchkeyError} `policy_denied` with the reason
 */
export function createSiteAccess({
  sites,
  broker,
  managed,
  isReachable,
  isTurnedOn,
  current,
}: SiteAccessDeps): (sender: PageSender) => Promise<void> {
  return async ({ origin, partition }) => {
    const policy = await managed();
    if (partition && policy.private_windows !== 'allow') {
      throw policyDenied(`Latchkey does not serve pages in a ${partition}: open this page in an ordinary tab`);
    }
    if (isDenied(policy, origin)) throw policyDenied(`${origin} is denied by the policy of this computer`);
    if (origin.startsWith('http:') && !(await broker())?.startsWith('http:')) {
      throw policyDenied('http: pages need a broker on this machine');
    }
    if (!(await isReachable(origin))) throw policyDenied(`access to ${origin} was taken back: connect the site again`);
    if (sites.includes(origin)) return;
    const session = await current(origin);
    // When signed out, a store build has no policy. A site that the user turned on may still start a sign-in.
    if (!session && (await isTurnedOn(origin))) return;
    if (!session || !siteOf(session, origin)) throw policyDenied(`${origin} is not among the sites of this Latchkey`);
  };
}
