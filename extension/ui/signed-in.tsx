/** @jsxImportSource hono/jsx/dom */
import { message } from '../platform/i18n.ts';
import type { PopupState, SiteView } from '../protocol/ui.ts';
import { Problem } from './problem.tsx';

type SignedInState = Extract<PopupState, { view: 'signed_in' }>;

const Account = ({ account }: { account: SignedInState['account'] }) => {
  const name = account.name ?? account.email ?? account.sub;
  return (
    <section class="account" aria-label={message('account')}>
      <span class="avatar" aria-hidden="true">
        {[...name][0]?.toUpperCase()}
      </span>
      <div class="grow">
        <h1>{name}</h1>
        <p class="quiet">{account.email !== undefined && account.email !== name ? account.email : account.upstream}</p>
      </div>
    </section>
  );
};

const Site = ({
  site,
  busy,
  onConnect,
  onDisconnect,
}: {
  site: SiteView;
  busy: boolean;
  onConnect: () => void;
  onDisconnect: () => void;
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
    </div>
    {site.resources.map((resource) => (
      <div class="may" key={resource.name}>
        <h4>{resource.name}</h4>
        <ul>
          {resource.may.map((words) => (
            <li key={words}>{words}</li>
          ))}
        </ul>
      </div>
    ))}
    {site.reachable ? null : <p class="quiet">{message('site_unreachable')}</p>}
    {site.access === 'person' ? null : <p class="quiet">{message(`access_${site.access}`)}</p>}
  </li>
);

/** Somebody is signed in: who, which sites have what, and the way out. */
export const SignedIn = ({
  state,
  busy,
  onSignIn,
  onSignOut,
  onConnect,
  onDisconnect,
}: {
  state: SignedInState;
  busy: boolean;
  onSignIn: () => void;
  onSignOut: () => void;
  onConnect: (origin: string) => void;
  onDisconnect: (origin: string) => void;
}) => (
  <div class="stack">
    <Problem problem={state.problem} />
    <Account account={state.account} />
    {state.reauth ? (
      <section class="problem" role="alert">
        <p>{message('reauth_text')}</p>
        <button type="button" class="primary" disabled={busy} onClick={onSignIn}>
          {message('reauth')}
        </button>
      </section>
    ) : null}
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
              busy={busy}
              onConnect={() => onConnect(site.origin)}
              onDisconnect={() => onDisconnect(site.origin)}
            />
          ))}
        </ul>
      )}
    </section>
    <footer>
      <button type="button" disabled={busy} onClick={onSignOut}>
        {message('sign_out')}
      </button>
      <p class="quiet">{message('sign_out_text')}</p>
    </footer>
  </div>
);
