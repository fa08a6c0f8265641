import type { Account, Provider, SessionAnswer, SitePolicy } from '@latchkey/shared/session-api.ts';
import type { AccountView, SiteView } from '../../protocol/ui.ts';
import { siteOf } from '../session/site-policy.ts';

/** The data that the popup shows for one account. */
export interface AccountState {
  id: string;
  account: Account;
  /** Absent if the session has ended. */
  current: SessionAnswer | undefined;
}

/** @param providers those of the broker, as far as they are known */
export function accountView({ id, account, current }: AccountState, providers: readonly Provider[]): AccountView {
  const { name, email, sub, upstream } = account;
  const provider = providers.find((one) => one.name === upstream)?.label ?? upstream;
  const reauth = current?.session.state === 'reauth_required';
  return { id, name, email, sub, provider, state: current ? (reauth ? 'reauth' : 'active') : 'signed_out' };
}

/** A short name of an account. */
export const labelOf = ({ email, name, sub }: Account): string => email ?? name ?? sub;

/**
 * All sites of all accounts. Each is shown as the site's own account sees it.
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

/** A site that the account can't use, or whose account has to sign in first. */
const nothingAt = (current: SessionAnswer | undefined) => ({
  access: current ? ('other_account' as const) : ('none' as const),
  resources: [],
  lastUsedAt: undefined,
});
