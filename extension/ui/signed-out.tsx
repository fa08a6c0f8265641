/** @jsxImportSource hono/jsx/dom */
import { message } from '../platform/i18n.ts';
import type { PopupState } from '../protocol/ui.ts';
import { Providers } from './accounts.tsx';
import { Problem } from './problem.tsx';

/** Nobody is signed in: one button. */
export const SignedOut = ({
  state,
  busy,
  onSignIn,
  onProviderSignOut,
}: {
  state: Extract<PopupState, { view: 'signed_out' }>;
  busy: boolean;
  onSignIn: (provider?: string) => void;
  onProviderSignOut: () => void;
}) => (
  <div class="stack">
    <Problem problem={state.problem} />
    <div class="lead">
      <h1>{message('signed_out_title')}</h1>
      <p>{message('signed_out_text')}</p>
    </div>
    {state.providers.length > 1 ? (
      <Providers providers={state.providers} busy={busy} onChoose={onSignIn} />
    ) : (
      <button type="button" class="primary" disabled={busy} onClick={() => onSignIn()} autofocus>
        {message('sign_in')}
      </button>
    )}
    {state.providerHost === undefined ? null : (
      <p class="note">
        {message('provider_still_signed_in', state.providerHost)}{' '}
        <button type="button" class="link" onClick={onProviderSignOut}>
          {message('provider_sign_out')}
        </button>
      </p>
    )}
  </div>
);
