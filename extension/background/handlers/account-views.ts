import type { Account, SessionAnswer, SitePolicy } from '@latchkey/shared/session-api.ts';
import type { AccountView, SiteView } from '../../protocol/ui.ts';
import { siteOf } from '../session/site-policy.ts';

/** One account as the popup draws it from. */
export interface AccountState {
  id: string;
  account: Account;
  /** Absent where the session is over. */
  current: SessionAnswer | undefined;
}

export function accountView({ id, account, current }: AccountState): AccountView {
  const { name, email, sub, upstream } = account;
  const reauth = current?.session.state === 'reauth_required';
  return { id, name, email, sub, upstream, state: current ? (reauth ? 'reauth' : 'active') : 'signed_out' };
}

/** How an account is called where there is room for a word. */
export const labelOf = ({ email, name, sub }: Account): string => email ?? name ?? sub;

/**
 * Every site of any of the accounts, each as the account sees it that it has.
 *
 * @param view how a site looks to one account
 */
export function siteViews(
  accounts: readonly AccountState[],
  profileAt: (origin: string) => string,
  view: (current: SessionAnswer, site: SitePolicy) => Omit<SiteView, 'account' | 'accounts'>,
): SiteView[] {
  const sites = new Map<string, { named: SitePolicy; by: SessionAnswer; accounts: string[] }>();
  for (const { id, current } of accounts) {
    for (const site of current?.policy.sites ?? []) {
      const known = sites.get(site.origin);
      if (known) known.accounts.push(id);
      else if (current) sites.set(site.origin, { named: site, by: current, accounts: [id] });
    }
  }
  return [...sites].map(([origin, { named, by, accounts: ids }]) => {
    const account = profileAt(origin);
    const current = accounts.find(({ id }) => id === account)?.current;
    const site = current && siteOf(current, origin);
    const seen = current && site ? view(current, site) : { ...view(by, named), ...nothingAt(current) };
    return { ...seen, account, accounts: ids.includes(account) ? ids : [account, ...ids] };
  });
}

/** A site that is another account's, or whose own has to be signed in to again first. */
const nothingAt = (current: SessionAnswer | undefined) => ({
  access: current ? ('other_account' as const) : ('none' as const),
  resources: [],
  lastUsedAt: undefined,
});
