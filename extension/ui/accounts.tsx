/** @jsxImportSource hono/jsx/dom */
import { useState } from 'hono/jsx/dom';
import { message } from '../platform/i18n.ts';
import type { AccountView, ProviderView, SiteView } from '../protocol/ui.ts';
import { AccountList } from './account-list.tsx';
import { Button } from './button.tsx';

export const nameOf = ({ name, email, sub }: AccountView): string => name ?? email ?? sub;

/** Distinguishes two accounts with the same name. */
const detailOf = (account: AccountView): string =>
  account.email !== undefined && account.email !== nameOf(account) ? account.email : account.provider;

/** Picture, name and address of an account, with its actions. */
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

/**
 * All accounts besides the main one. The user can switch to each, sign in again if its session has ended, and sign out.
 */
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
          <li key={account.id} data-account={account.id}>
            <AccountRow account={account} heading="h3">
              {account.state === 'active' ? (
                <Button
                  kind="small"
                  busy={busy}
                  label={message('use_account', nameOf(account))}
                  gives={`sites ${account.sub}`}
                  onPress={() => onUse(account)}
                >
                  {message('use')}
                </Button>
              ) : (
                <Button
                  kind="small"
                  busy={busy}
                  label={message('sign_in_again_as', nameOf(account))}
                  onPress={() => onSignIn(account)}
                >
                  {message('reauth')}
                </Button>
              )}
              <Button
                kind="small"
                busy={busy}
                label={message(account.state === 'signed_out' ? 'remove_account' : 'sign_out_account', nameOf(account))}
                onPress={() => onSignOut(account)}
              >
                {message(account.state === 'signed_out' ? 'take_back' : 'sign_out')}
              </Button>
            </AccountRow>
          </li>
        ))}
      </ul>
    </section>
  );

/** Adds an account. If there are several providers, the user picks one. */
export const AddAccount = ({
  providers,
  busy,
  onAdd,
}: {
  providers: ProviderView[];
  busy: boolean;
  onAdd: (provider?: string) => void;
}) => {
  const [choosing, setChoosing] = useState(false);
  if (choosing) return <Providers providers={providers} busy={busy} onChoose={onAdd} />;
  return (
    <p>
      <Button kind="link" busy={busy} onPress={() => (providers.length > 1 ? setChoosing(true) : onAdd())}>
        {message('add_account')}
      </Button>
    </p>
  );
};

/** One button per provider. */
export const Providers = ({
  providers,
  busy,
  onChoose,
}: {
  providers: ProviderView[];
  busy: boolean;
  onChoose: (provider: string) => void;
}) => (
  <ul class="providers" aria-label={message('providers')}>
    {providers.map((provider) => (
      <li key={provider.name}>
        <Button busy={busy} onPress={() => onChoose(provider.name)}>
          {provider.icon ? <img class="provider" src={provider.icon} alt="" /> : null}
          {message('sign_in_at', provider.label)}
          {provider.isLast ? <small>{message('last_used_provider')}</small> : null}
        </Button>
      </li>
    ))}
  </ul>
);

/** The account of a site, if the site can have more than one. */
export const SiteAccount = ({
  site,
  accounts,
  busy,
  onChoose,
}: {
  site: SiteView;
  accounts: AccountView[];
  busy: boolean;
  onChoose: (account: AccountView) => void;
}) => {
  const choices = accounts.filter(({ id }) => site.accounts.includes(id));
  return site.accounts.length < 2 ? null : (
    <AccountList
      accounts={choices.map((account) => ({ id: account.id, label: account.email ?? nameOf(account) }))}
      chosen={site.account}
      busy={busy}
      label={message('account')}
      name={message('site_account', site.name)}
      onChoose={(chosen) => {
        const account = choices.find(({ id }) => id === chosen);
        if (account) onChoose(account);
      }}
    />
  );
};
