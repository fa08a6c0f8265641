/** @jsxImportSource hono/jsx/dom */
import { useEffect, useState } from 'hono/jsx/dom';
import { message } from '../platform/i18n.ts';
import { connect } from '../platform/port.ts';
import { type ProviderQuestionView, uiPortName } from '../protocol/ui.ts';
import { Providers } from './accounts.tsx';
import { Brand } from './brand.tsx';
import { giveFirstFocus } from './focus.ts';
import { mount } from './mount.tsx';
import { Origin } from './origin.tsx';
import { createUiClient } from './ui-client.ts';

const choice = location.hash.slice(1);
const client = createUiClient(
  () => connect(uiPortName),
  () => undefined,
);

/** The window in which the user picks a provider, after a click on a page. The background closes it after the choice. */
function ProviderChoice() {
  const [view, setView] = useState<ProviderQuestionView>();
  const [over, setOver] = useState(false);
  const [busy, setBusy] = useState(false);

  useEffect(() => {
    client.call('provider.get', { choice }).then(setView, () => setOver(true));
  }, []);
  useEffect(() => {
    document.title = `${message('providers')} – ${message('name')}`;
    if (view) setTimeout(giveFirstFocus);
  }, [view]);

  const choose = (provider: string): void => {
    setBusy(true);
    client.call('provider.choose', { choice, provider }).catch(() => setOver(true));
  };

  if (over || !view) {
    return (
      <main>
        <h1 class="unseen">{message('name')}</h1>
        {over ? (
          <p class="problem" role="alert">
            {message('provider_over')}
          </p>
        ) : null}
      </main>
    );
  }
  return (
    <>
      <header>
        <Brand organization={view.organization} />
      </header>
      <main class="stack">
        <div class="lead">
          <h1>{message('providers')}</h1>
          <p>{message('sign_in_for')}</p>
          <Origin origin={view.origin} strong />
        </div>
        <Providers providers={view.providers} busy={busy} onChoose={choose} />
      </main>
    </>
  );
}

mount(<ProviderChoice />);
