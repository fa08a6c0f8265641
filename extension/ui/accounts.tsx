/** @jsxImportSource hono/jsx/dom */
import { useState } from 'hono/jsx/dom';
import { message } from '../platform/i18n.ts';
import type { AccountView, SiteView } from '../protocol/ui.ts';

export const nameOf = ({ name, email, sub }: AccountView): string => name ?? email ?? sub;

/** What tells two accounts of the same name apart. */
const detailOf = (account: AccountView): string =>
  account.email !== undefined && account.email !== nameOf(account) ? account.email : account.upstream;

/** Picture, name and address of an account; what can be done with it stands beside. */
export const AccountRow = ({
  account,
  heading,
  children,
}: {
  account: AccountView;
  heading: 'h1' | 'h3';
  children?: unknown;
}) => {
  const Heading = heading;
  return (
    <div class="account">
      <span class="avatar" aria-hidden="true">
        {[...nameOf(account)][0]?.toUpperCase()}
      </span>
      <div class="grow">
        <Heading>{nameOf(account)}</Heading>
        <p class="quiet">{detailOf(account)}</p>
      </div>
      {children}
    </div>
  );
};

/** The accounts beside the main one: each can take its place, be signed in to again where its session is over, and be left. */
export const OtherAccounts = ({
  accounts,
  busy,
  onUse,
  onSignIn,
  onSignOut,
}: {
  accounts: AccountView[];
  busy: boolean;
  onUse: (account: AccountView) => void;
  onSignIn: (account: AccountView) => void;
  onSignOut: (account: AccountView) => void;
}) =>
  accounts.length === 0 ? null : (
    <section aria-labelledby="others">
      <h2 id="others">{message('other_accounts')}</h2>
      <ul class="others">
        {accounts.map((account) => (
          <li key={account.id}>
            <AccountRow account={account} heading="h3">
              {account.state === 'active' ? (
                <button
                  type="button"
                  class="small"
                  disabled={busy}
                  onClick={() => onUse(account)}
                  aria-label={message('use_account', nameOf(account))}
                >
                  {message('use')}
                </button>
              ) : (
                <button
                  type="button"
                  class="small"
                  disabled={busy}
                  onClick={() => onSignIn(account)}
                  aria-label={message('sign_in_again_as', nameOf(account))}
                >
                  {message('reauth')}
                </button>
              )}
              <button
                type="button"
                class="small"
                disabled={busy}
                onClick={() => onSignOut(account)}
                aria-label={message('sign_out_account', nameOf(account))}
              >
                {message('sign_out')}
              </button>
            </AccountRow>
          </li>
        ))}
      </ul>
    </section>
  );

/** One more account; where there are several providers the person says at which. */
export const AddAccount = ({
  providers,
  busy,
  onAdd,
}: {
  providers: string[];
  busy: boolean;
  onAdd: (provider?: string) => void;
}) => {
  const [choosing, setChoosing] = useState(false);
  if (choosing) return <Providers providers={providers} busy={busy} onChoose={onAdd} />;
  return (
    <p>
      <button
        type="button"
        class="link"
        disabled={busy}
        onClick={() => (providers.length > 1 ? setChoosing(true) : onAdd())}
      >
        {message('add_account')}
      </button>
    </p>
  );
};

/** A button for each provider. */
export const Providers = ({
  providers,
  busy,
  onChoose,
}: {
  providers: string[];
  busy: boolean;
  onChoose: (provider: string) => void;
}) => (
  <ul class="providers" aria-label={message('providers')}>
    {providers.map((provider) => (
      <li key={provider}>
        <button type="button" disabled={busy} onClick={() => onChoose(provider)}>
          {message('sign_in_at', provider)}
        </button>
      </li>
    ))}
  </ul>
);

/** Which account a site has, where it can have more than one. */
export const SiteAccount = ({
  site,
  accounts,
  busy,
  onChoose,
}: {
  site: SiteView;
  accounts: AccountView[];
  busy: boolean;
  onChoose: (account: string) => void;
}) =>
  site.accounts.length < 2 ? null : (
    <label>
      {message('account')}
      <select
        disabled={busy}
        aria-label={message('site_account', site.name)}
        onChange={(event: Event) => onChoose((event.target as HTMLSelectElement).value)}
      >
        {accounts
          .filter(({ id }) => site.accounts.includes(id))
          .map((account) => (
            <option key={account.id} value={account.id} selected={account.id === site.account}>
              {account.email ?? nameOf(account)}
            </option>
          ))}
      </select>
    </label>
  );
