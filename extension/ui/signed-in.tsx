/** @jsxImportSource hono/jsx/dom */
import type { Child } from 'hono/jsx';
import type { ActivePage } from '../platform/active-tab.ts';
import { message } from '../platform/i18n.ts';
import type { AccountView, PopupState, SiteView } from '../protocol/ui.ts';
import { AccountRow, AddAccount, nameOf, OtherAccounts } from './accounts.tsx';
import { Button } from './button.tsx';
import { type SignInWindow, SigningInNote } from './signing-in.tsx';
import type { SiteActions } from './site.tsx';
import { SiteList } from './site-list.tsx';
import { ThisSite } from './this-site.tsx';

type SignedInState = Extract<PopupState, { view: 'signed_in' }>;

/** The signed-in view: this site, the accounts, the other sites, and sign-out. */
export const SignedIn = ({
  state,
  here,
  busy,
  onSignIn,
  onSignOut,
  onSignOutAll,
  onAdd,
  onAccount,
  onOpen,
  signInWindow,
  children,
  ...siteActions
}: {
  state: SignedInState;
  /** The page in the active tab. */
  here: ActivePage | undefined;
  busy: boolean;
  onSignIn: (account: AccountView) => void;
  onSignOut: (account: AccountView) => void;
  onSignOutAll: () => void;
  onAdd: (provider?: string) => void;
  /** Without a site, applies to all sites that the user chose no account for. */
  onAccount: (account: AccountView, site?: SiteView) => void;
  signInWindow: SignInWindow;
  /** What else there is, below this site. */
  children?: Child;
} & Pick<SiteActions, 'onConnect' | 'onDisconnect' | 'onLetAsk' | 'onOpen'>) => {
  const actions = { accounts: [state.account, ...state.others], busy, onAccount, ...siteActions };
  const others = state.sites.filter(({ origin }) => origin !== here?.origin);
  return (
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
      {state.signingIn ? <SigningInNote {...state.signingIn} {...signInWindow} /> : null}
      {state.account.state === 'active' || state.signingIn ? null : (
        <section class="problem" role="alert">
          <p>{message(state.account.state === 'reauth' ? 'reauth_text' : 'problem_not_signed_in')}</p>
          <Button kind="primary" first busy={busy} onPress={() => onSignIn(state.account)}>
            {message('reauth')}
          </Button>
        </section>
      )}
      {here === undefined || here.origin === state.broker ? null : (
        <ThisSite page={here} site={state.sites.find(({ origin }) => origin === here.origin)} {...actions} />
      )}
      {children}
      <OtherAccounts
        accounts={state.others}
        busy={busy}
        onUse={(account) => onAccount(account)}
        onSignIn={onSignIn}
        onSignOut={onSignOut}
      />
      {others.length === 0 && state.sites.length > 0 ? null : (
        <SiteList
          onOpen={onOpen}
          sites={others}
          title={message(here === undefined ? 'sites' : 'other_sites')}
          {...actions}
        />
      )}
      {state.mayAdd ? <AddAccount providers={state.providers} busy={busy} onAdd={onAdd} /> : null}
      {state.others.length === 0 ? null : (
        <Button busy={busy} onPress={onSignOutAll}>
          {message('sign_out_all')}
        </Button>
      )}
    </div>
  );
};
