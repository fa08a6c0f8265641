/** @jsxImportSource hono/jsx/dom */
import { render, useEffect, useState } from 'hono/jsx/dom';
import { LatchkeyError, type PageErrorBody } from '#shared/errors.ts';
import { direction, language, message } from '../platform/i18n.ts';
import { connect } from '../platform/port.ts';
import { isInPrivateWindow } from '../platform/private-window.ts';
import { requestAccess } from '../platform/sites.ts';
import { type PopupState, type UiParams, uiPortName } from '../protocol/ui.ts';
import { createUiClient } from './client.ts';
import { Mark } from './mark.tsx';
import { Problem } from './problem.tsx';
import { Setup, Unreachable } from './setup.tsx';
import { SignedIn } from './signed-in.tsx';
import { SignedOut } from './signed-out.tsx';

let onChanged = (): void => undefined;
const client = createUiClient(
  () => connect(uiPortName),
  () => onChanged(),
);

const bodyOf = (error: unknown): PageErrorBody =>
  error instanceof LatchkeyError
    ? { code: error.code, message: error.message }
    : { code: 'busy', message: 'something went wrong in the extension' };

function Popup() {
  const [state, setState] = useState<PopupState>();
  const [problem, setProblem] = useState<PageErrorBody>();
  const [busy, setBusy] = useState(false);

  const load = () => client.call('state.get', {}).then(setState, (error) => setProblem(bodyOf(error)));
  /** Runs one action; the buttons wait meanwhile, and the state is asked for again whatever came of it. */
  const act = (action: () => Promise<unknown>) => async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      await action();
    } catch (error) {
      setProblem(bodyOf(error));
    }
    await load();
    setBusy(false);
  };
  /** Asks the browser for access. It comes first in the click; the background goes on by itself if this popup dies behind the question. */
  const reach = (origin: string, pending: UiParams<'setup.expect'>) => {
    const answered = requestAccess(origin);
    const expected = client.call('setup.expect', pending);
    void act(async () => {
      await expected;
      if (await answered) await client.call('setup.resume', {});
    })();
  };

  useEffect(() => {
    onChanged = () => void load();
    void load();
  }, []);

  if (!state) return problem ? <Problem problem={problem} /> : <p class="quiet">{message('loading')}</p>;
  switch (state.view) {
    case 'not_configured':
      return <Setup problem={problem} onBroker={(broker) => reach(broker, { broker })} />;
    case 'unreachable':
      return <Unreachable broker={state.broker} onBroker={(broker) => reach(broker, { broker })} />;
    case 'signing_in':
      return (
        <div class="lead" role="status">
          <span class="spinner" aria-hidden="true" />
          <h1>{message('signing_in_title')}</h1>
          <p>{message('signing_in_text')}</p>
        </div>
      );
    case 'signed_out':
      return (
        <SignedOut
          state={{ ...state, problem: problem ?? state.problem }}
          busy={busy}
          onSignIn={(provider) => act(() => client.call('session.sign_in', { provider }))()}
          onProviderSignOut={act(() => client.call('provider.sign_out', {}))}
        />
      );
    case 'signed_in':
      return (
        <SignedIn
          state={{ ...state, problem: problem ?? state.problem }}
          busy={busy}
          onSignIn={({ id }) => act(() => client.call('session.sign_in', { account: id }))()}
          onSignOut={({ id }) => act(() => client.call('session.sign_out', { account: id }))()}
          onSignOutAll={act(() => client.call('account.sign_out_all', {}))}
          onAdd={(provider) => act(() => client.call('account.add', { provider }))()}
          onAccount={(account, origin) => act(() => client.call('account.choose', { account, origin }))()}
          onConnect={(site) => reach(site, { site })}
          onDisconnect={(origin) => act(() => client.call('site.disconnect', { origin }))()}
          onLetAsk={(origin) => act(() => client.call('site.let_ask', { origin }))()}
        />
      );
  }
}

/** Pages of a private window are refused, unless the policy of the computer allows them: who opens the popup there is told. */
function PrivateWindow() {
  const [refused, setRefused] = useState(false);
  useEffect(() => {
    void Promise.all([isInPrivateWindow(), client.call('private_windows.get', {})]).then(
      ([here, { served }]) => setRefused(here && !served),
      () => undefined,
    );
  }, []);
  return refused ? <p class="problem">{message('private_window')}</p> : null;
}

const root = document.getElementById('root');
if (!root) throw new Error('popup.html has no #root');
document.documentElement.lang = language();
document.documentElement.dir = direction();
render(
  <>
    <header>
      <Mark />
      <span>{message('name')}</span>
    </header>
    <PrivateWindow />
    <Popup />
  </>,
  root,
);
