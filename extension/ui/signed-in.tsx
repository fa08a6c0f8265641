/** @jsxImportSource hono/jsx/dom */
import { ago } from '#shared/ago.ts';
import { language, message } from '../platform/i18n.ts';
import type { AccountView, PopupState, SiteView } from '../protocol/ui.ts';
import { AccountRow, AddAccount, nameOf, OtherAccounts, SiteAccount } from './accounts.tsx';
import { Permissions } from './permissions.tsx';
import { Problem } from './problem.tsx';

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
  onLetAsk: () => void;
  onAccount: (account: string) => void;
}) => (
  <li class={`site ${site.access}`}>
    <div class="row">
      <div class="grow">
        <h3>{site.name}</h3>
        <p class="origin">{site.origin}</p>
      </div>
      {site.reachable ? null : (
        <button
          type="button"
          class="small"
          disabled={busy}
          onClick={onConnect}
          aria-label={message('connect_site', site.name)}
        >
          {message('connect')}
        </button>
      )}
      {site.access === 'person' ? (
        <button
          type="button"
          class="small"
          disabled={busy}
          onClick={onDisconnect}
          aria-label={message('disconnect_site', site.name)}
        >
          {message('disconnect')}
        </button>
      ) : null}
      {site.access === 'never' ? (
        <button
          type="button"
          class="small"
          disabled={busy}
          onClick={onLetAsk}
          aria-label={message('let_site_ask', site.name)}
        >
          {message('let_ask')}
        </button>
      ) : null}
    </div>
    <Permissions resources={site.resources} />
    <SiteAccount site={site} accounts={accounts} busy={busy} onChoose={onAccount} />
    {site.reachable ? null : <p class="quiet">{message('site_unreachable')}</p>}
    {site.access === 'person' ? null : <p class="quiet">{message(`access_${site.access}`)}</p>}
    {site.lastUsedAt === undefined ? null : <p class="quiet">{message('last_used', since(site.lastUsedAt))}</p>}
  </li>
);

/** Somebody is signed in: who, which sites have what, and the way out. */
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
  /** Without a site: for all that have no account of their own. */
  onAccount: (account: string, origin?: string) => void;
  onConnect: (origin: string) => void;
  onDisconnect: (origin: string) => void;
  onLetAsk: (origin: string) => void;
}) => (
  <div class="stack">
    <Problem problem={state.problem} />
    <section aria-label={message('account')}>
      <AccountRow account={state.account} heading="h1" />
    </section>
    {state.account.state === 'active' ? null : (
      <section class="problem" role="alert">
        <p>{message('reauth_text')}</p>
        <button type="button" class="primary" disabled={busy} onClick={() => onSignIn(state.account)}>
          {message('reauth')}
        </button>
      </section>
    )}
    <OtherAccounts
      accounts={state.others}
      busy={busy}
      onUse={({ id }) => onAccount(id)}
      onSignIn={onSignIn}
      onSignOut={onSignOut}
    />
    <section aria-labelledby="sites">
      <h2 id="sites">{message('sites')}</h2>
      {state.sites.length === 0 ? (
        <p class="quiet">{message('no_sites')}</p>
      ) : (
        <ul class="sites">
          {state.sites.map((site) => (
            <Site
              key={site.origin}
              site={site}
              accounts={[state.account, ...state.others]}
              busy={busy}
              onAccount={(account) => onAccount(account, site.origin)}
              onConnect={() => onConnect(site.origin)}
              onDisconnect={() => onDisconnect(site.origin)}
              onLetAsk={() => onLetAsk(site.origin)}
            />
          ))}
        </ul>
      )}
    </section>
    {state.mayAdd ? <AddAccount providers={state.providers} busy={busy} onAdd={onAdd} /> : null}
    <footer>
      {state.others.length === 0 ? (
        <>
          <button type="button" disabled={busy} onClick={() => onSignOut(state.account)}>
            {message('sign_out')}
          </button>
          <p class="quiet">{message('sign_out_text')}</p>
        </>
      ) : (
        <>
          <button
            type="button"
            disabled={busy}
            onClick={() => onSignOut(state.account)}
            aria-label={message('sign_out_account', nameOf(state.account))}
          >
            {message('sign_out')}
          </button>
          <button type="button" disabled={busy} onClick={onSignOutAll}>
            {message('sign_out_all')}
          </button>
        </>
      )}
    </footer>
  </div>
);
