/** @jsxImportSource hono/jsx/dom */
import { message } from '../platform/i18n.ts';
import type { ProviderView } from '../protocol/ui.ts';
import { Providers } from './accounts.tsx';
import { Button } from './button.tsx';
import { Logo } from './logo.tsx';

/** The signed-out view: one button. */
export const SignedOut = ({
  providers,
  providerHost,
  busy,
  onSignIn,
  onProviderSignOut,
}: {
  /** Empty if there is no choice. */
  providers: ProviderView[];
  /** Host of the provider where the user may still have a session after sign-out. */
  providerHost: string | undefined;
  busy: boolean;
  onSignIn: (provider?: string) => void;
  onProviderSignOut: () => void;
}) => (
  <div class="stack">
    <div class="lead hero">
      <Logo />
      <h1>{message('signed_out_title')}</h1>
      <p>{message('signed_out_text')}</p>
    </div>
    {providers.length > 1 ? (
      <Providers providers={providers} busy={busy} onChoose={onSignIn} />
    ) : (
      <Button kind="primary" first busy={busy} onPress={() => onSignIn()}>
        {message('sign_in')}
      </Button>
    )}
    {providerHost === undefined ? null : (
      <p class="note">
        {message('provider_still_signed_in', providerHost)}{' '}
        <Button kind="link" busy={busy} onPress={onProviderSignOut}>
          {message('provider_sign_out')}
        </Button>
      </p>
    )}
  </div>
);
