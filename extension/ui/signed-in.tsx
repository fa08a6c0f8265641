/** @jsxImportSource hono/jsx/dom */
import { ago } from '@latchkey/shared/ago.ts';
import { language, message } from '../platform/i18n.ts';
import type { AccountView, PopupState, SiteView } from '../protocol/ui.ts';
import { AccountRow, AddAccount, nameOf, OtherAccounts, SiteAccount } from './accounts.tsx';
import { Button } from './button.tsx';
import { Permissions } from './permissions.tsx';

type SignedInState = Extract<PopupState, { view: 'signed_in' }>;

const since = (at: number): string => ago(language(), Date.now() - at, message('just_now'));

const Site = ({
  site,
  accounts,
  busy,
  onConnect,
  onDisconnect,
  onLetAsk,
  onAccount,
}: {
  site: SiteView;
  accounts: AccountView[];
  busy: boolean;
  onConnect: () => void;
  onDisconnect: () => void;
  onLetAsk: (account: AccountView) => void;
  onAccount: (account: AccountView) => void;
}) => {
  const account = accounts.find(({ id }) => id === site.account);
  return (
    <li class={`site ${site.access}`} data-origin={site.origin}>
      <div class="row">
        <div class="grow">
          <h3>{site.name}</h3>
          <p class="origin">{site.origin}</p>
        </div>
        {site.reachable ? null : (
          <Button
            kind="small"
            busy={busy}
            label={message('connect_site', site.name)}
            gives={`bridge ${site.origin}`}
            onPress={onConnect}
          >
            {message('connect')}
          </Button>
        )}
        {site.access === 'person' ? (
          <Button kind="small" busy={busy} label={message('disconnect_site', site.name)} onPress={onDisconnect}>
            {message('disconnect')}
          </Button>
        ) : null}
        {site.access === 'never' && account ? (
          <Button
            kind="small"
            busy={busy}
            label={message('let_site_ask', site.name)}
            gives={`ask ${site.origin} ${account.sub}`}
            onPress={() => onLetAsk(account)}
          >
            {message('let_ask')}
          </Button>
        ) : null}
      </div>
      <Permissions resources={site.resources} heading="h4" />
      <SiteAccount site={site} accounts={accounts} busy={busy} onChoose={onAccount} />
      {site.reachable ? null : <p class="quiet">{message('site_unreachable')}</p>}
      {site.access === 'person' ? null : <p class="quiet">{message(`access_${site.access}`)}</p>}
      {site.lastUsedAt === undefined ? null : <p class="quiet">{message('last_used', since(site.lastUsedAt))}</p>}
    </li>
  );
};

/** The signed-in view: accounts, each site's access, and sign-out. */
export const SignedIn = ({
  state,
  busy,
  onSignIn,
  onSignOut,
  onSignOutAll,
  onAdd,
  onAccount,
  onConnect,
  onDisconnect,
  onLetAsk,
}: {
  state: SignedInState;
  busy: boolean;
  onSignIn: (account: AccountView) => void;
  onSignOut: (account: AccountView) => void;
  onSignOutAll: () => void;
  onAdd: (provider?: string) => void;
  /** Without a site, applies to all sites that the user chose no account for. */
  onAccount: (account: AccountView, site?: SiteView) => void;
  onConnect: (site: SiteView) => void;
  onDisconnect: (site: SiteView) => void;
  onLetAsk: (site: SiteView, account: AccountView) => void;
}) => (
  <div class="stack">
    <section aria-label={message('account')}>
      <AccountRow account={state.account} heading="h1">
        <Button
          kind="small"
          busy={busy}
          label={state.others.length > 0 ? message('sign_out_account', nameOf(state.account)) : undefined}
          hint={state.others.length === 0 ? message('sign_out_text') : undefined}
          onPress={() => onSignOut(state.account)}
        >
          {message('sign_out')}
        </Button>
      </AccountRow>
    </section>
    {state.account.state === 'active' ? null : (
      <section class="problem" role="alert">
        <p>{message(state.account.state === 'reauth' ? 'reauth_text' : 'problem_not_signed_in')}</p>
        <Button kind="primary" first busy={busy} onPress={() => onSignIn(state.account)}>
          {message('reauth')}
        </Button>
      </section>
    )}
    <OtherAccounts
      accounts={state.others}
      busy={busy}
      onUse={(account) => onAccount(account)}
      onSignIn={onSignIn}
      onSignOut={onSignOut}
    />
    <section aria-labelledby="sites">
      <h2 id="sites">{message('sites')}</h2>
      {state.sites.length === 0 ? (
        <p class="empty">{message('no_sites')}</p>
      ) : (
        <ul class="sites">
          {state.sites.map((site) => (
            <Site
              key={site.origin}
              site={site}
              accounts={[state.account, ...state.others]}
              busy={busy}
              onAccount={(account) => onAccount(account, site)}
              onConnect={() => onConnect(site)}
              onDisconnect={() => onDisconnect(site)}
              onLetAsk={(account) => onLetAsk(site, account)}
            />
          ))}
        </ul>
      )}
    </section>
    {state.mayAdd ? <AddAccount providers={state.providers} busy={busy} onAdd={onAdd} /> : null}
    {state.others.length === 0 ? null : (
      <Button busy={busy} onPress={onSignOutAll}>
        {message('sign_out_all')}
      </Button>
    )}
  </div>
);
