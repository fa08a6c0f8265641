/** @jsxImportSource hono/jsx/dom */
import { useEffect, useState } from 'hono/jsx/dom';
import { message } from '../platform/i18n.ts';
import { connect } from '../platform/port.ts';
import { requestAccess } from '../platform/sites.ts';
import { type SettingsView, uiPortName } from '../protocol/ui.ts';
import { BrokerField } from './broker-field.tsx';
import { Button } from './button.tsx';
import { mount } from './mount.tsx';
import { Page } from './page.tsx';
import { Problem } from './problem.tsx';
import { StatusLine } from './status-line.tsx';
import { createUiClient } from './ui-client.ts';
import { useActions } from './use-actions.ts';

let onChanged = (): void => undefined;
const client = createUiClient(
  () => connect(uiPortName),
  () => onChanged(),
);

/** The next step: set up, grant access, sign in, or none. */
function Next({
  view,
  busy,
  onBroker,
  onSignIn,
}: {
  view: SettingsView;
  busy: boolean;
  onBroker: (broker: string) => void;
  onSignIn: () => void;
}) {
  const { broker, signedIn } = view;
  if (signedIn) return <p class="done">{message('welcome_done')}</p>;
  if (!broker)
    return (
      <>
        <p>{message('setup_text')}</p>
        <BrokerField busy={busy} submit={message('setup_continue')} onBroker={onBroker} />
      </>
    );
  if (!broker.reachable)
    return (
      <>
        <p>{message('unreachable_text')}</p>
        <p class="origin strong">{broker.url}</p>
        <Button kind="primary" busy={busy} gives={`broker ${broker.url}`} onPress={() => onBroker(broker.url)}>
          {message('setup_continue')}
        </Button>
      </>
    );
  return (
    <Button kind="primary" busy={busy} onPress={onSignIn}>
      {message('sign_in')}
    </Button>
  );
}

function Welcome() {
  const [view, setView] = useState<SettingsView>();
  const { busy, status, problem, act, reload } = useActions(() => client.call('settings.get', {}).then(setView));
  useEffect(() => {
    onChanged = () => void reload();
    void reload();
  }, []);

  const reach = (broker: string) =>
    void act({
      doing: message('asking_browser'),
      async run() {
        const answered = requestAccess(broker);
        await client.call('setup.expect', { broker });
        if (await answered) await client.call('setup.resume', {});
      },
    });
  const signIn = () =>
    void act({
      run: () => client.call('session.sign_in', {}),
      doing: message('signing_in_title'),
      done: message('signed_in_now'),
    });

  return (
    <Page title={message('welcome_title')} busy={!view} organization={view?.organization}>
      <ol class="steps">
        <li>{message('welcome_once')}</li>
        <li>{message('welcome_then')}</li>
        <li>{message('welcome_always')}</li>
      </ol>
      <section class="card next" aria-labelledby="next">
        <h2 id="next">{message('welcome_start')}</h2>
        {view ? <Next view={view} busy={busy} onBroker={reach} onSignIn={signIn} /> : null}
        <Problem problem={problem} organization={view?.organization} />
        <StatusLine words={status} />
      </section>
      <div class="columns">
        <section class="card" aria-labelledby="pin">
          <h2 id="pin">{message('welcome_pin_title')}</h2>
          <p>{message('welcome_pin')}</p>
        </section>
        <section class="card" aria-labelledby="sees">
          <h2 id="sees">{message('welcome_sees_title')}</h2>
          <p>{view ? message(view.build === 'store' ? 'welcome_sees_store' : 'welcome_sees_baked') : ''}</p>
          <p>{message('welcome_sees_not')}</p>
        </section>
      </div>
    </Page>
  );
}

mount(<Welcome />);
