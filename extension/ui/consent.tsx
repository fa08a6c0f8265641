/** @jsxImportSource hono/jsx/dom */
import { render, useEffect, useState } from 'hono/jsx/dom';
import { LatchkeyError, type PageErrorBody } from '#shared/errors.ts';
import { direction, language, message } from '../platform/i18n.ts';
import { connect } from '../platform/port.ts';
import { type ConsentChoice, type ConsentView, uiPortName } from '../protocol/ui.ts';
import { createUiClient } from './client.ts';
import { Mark } from './mark.tsx';
import { Permissions } from './permissions.tsx';
import { Problem } from './problem.tsx';

/** The answers that last wait so long, so that a double click meant for the page below can't hit them. */
const armAfterMs = 600;

const prompt = location.hash.slice(1);
const client = createUiClient(
  () => connect(uiPortName),
  () => undefined,
);

const bodyOf = (error: unknown): PageErrorBody =>
  error instanceof LatchkeyError
    ? { code: error.code, message: error.message }
    : { code: 'busy', message: 'something went wrong in the extension' };

function Consent() {
  const [view, setView] = useState<ConsentView>();
  const [problem, setProblem] = useState<PageErrorBody>();
  const [busy, setBusy] = useState(false);
  const [armed, setArmed] = useState(false);

  const answer = (choice: ConsentChoice) => async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      await client.call('consent.answer', { prompt, choice });
      window.close();
    } catch (error) {
      setProblem(bodyOf(error));
      setBusy(false);
    }
  };

  const chooseAccount = async (account: string) => {
    setBusy(true);
    try {
      setView(await client.call('consent.account', { prompt, account }));
    } catch (error) {
      setProblem(bodyOf(error));
    }
    setBusy(false);
  };

  useEffect(() => {
    client.call('consent.get', { prompt }).then(setView, (error) => setProblem(bodyOf(error)));
  }, []);
  useEffect(() => {
    if (!view) return undefined;
    document.title = `${message('consent_title', view.site)} – ${message('name')}`;
    const timer = setTimeout(() => setArmed(true), armAfterMs);
    return () => clearTimeout(timer);
  }, [view]);

  if (!view) return <Problem problem={problem} />;
  return (
    <div class="stack">
      <div class="lead">
        <h1>{message('consent_title', view.site)}</h1>
        <p class="origin strong">{view.origin}</p>
      </div>
      <section class="card" aria-labelledby="asks">
        <h2 id="asks">{message('consent_asks', view.resource)}</h2>
        <ul class="asks">
          {view.scopes.map(({ scope, description }) => (
            <li key={scope}>
              {description} <code>{scope}</code>
            </li>
          ))}
        </ul>
      </section>
      {view.has.length === 0 ? null : (
        <section class="has" aria-labelledby="has">
          <h2 id="has">{message('consent_has')}</h2>
          <Permissions resources={view.has} />
        </section>
      )}
      <div class="end">
        <Problem problem={problem} />
        {view.accounts.length > 1 ? (
          <label>
            {message('consent_choose')}
            <select
              disabled={busy}
              onChange={(event: Event) => chooseAccount((event.target as HTMLSelectElement).value)}
            >
              {view.accounts.map(({ id, label, chosen }) => (
                <option key={id} value={id} selected={chosen}>
                  {label}
                </option>
              ))}
            </select>
          </label>
        ) : null}
        <p class="quiet">
          {message('consent_account', view.account)} {message('consent_revocable')}
        </p>
        <div class="choice">
          <button type="button" disabled={busy} onClick={answer('not_now')}>
            {message('not_now')}
          </button>
          <button type="button" class="primary" disabled={busy || !armed} onClick={answer('allow')}>
            {message('allow')}
          </button>
          <button type="button" class="never" disabled={busy || !armed} onClick={answer('never')}>
            {message('never')}
          </button>
        </div>
      </div>
    </div>
  );
}

const root = document.getElementById('root');
if (!root) throw new Error('consent.html has no #root');
document.documentElement.lang = language();
document.documentElement.dir = direction();
render(
  <>
    <header>
      <Mark />
      <span>{message('name')}</span>
    </header>
    <Consent />
  </>,
  root,
);
