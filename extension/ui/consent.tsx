/** @jsxImportSource hono/jsx/dom */

import type { PageErrorBody } from '@latchkey/shared/errors.ts';
import { useEffect, useState } from 'hono/jsx/dom';
import { message } from '../platform/i18n.ts';
import { connect } from '../platform/port.ts';
import { type ConsentChoice, type ConsentView, uiPortName } from '../protocol/ui.ts';
import { AccountList } from './account-list.tsx';
import { Brand } from './brand.tsx';
import { Button } from './button.tsx';
import { mount } from './mount.tsx';
import { Permissions } from './permissions.tsx';
import { Problem } from './problem.tsx';
import { shownError } from './shown-error.ts';
import { StatusLine } from './status-line.tsx';
import { createUiClient } from './ui-client.ts';

/** The answers that last wait so long, so that a double click meant for the page below can't hit them. */
const armAfterMs = 600;

const prompt = location.hash.slice(1);
const client = createUiClient(
  () => connect(uiPortName),
  () => undefined,
);

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
      setProblem(shownError(error));
      setBusy(false);
    }
  };

  const chooseAccount = async (account: string) => {
    setBusy(true);
    try {
      setView(await client.call('consent.account', { prompt, account }));
    } catch (error) {
      setProblem(shownError(error));
    }
    setBusy(false);
  };

  useEffect(() => {
    client.call('consent.get', { prompt }).then(setView, (error) => setProblem(shownError(error)));
  }, []);
  useEffect(() => {
    if (!view) return undefined;
    document.title = `${message('consent_title', view.site)} – ${message('name')}`;
    const timer = setTimeout(() => setArmed(true), armAfterMs);
    return () => clearTimeout(timer);
  }, [view]);

  if (!view)
    return (
      <main>
        <h1 class="unseen">{message('name')}</h1>
        {problem?.code === 'expired' ? (
          <p class="problem" role="alert">
            {message('consent_over')}
          </p>
        ) : (
          <Problem problem={problem} />
        )}
      </main>
    );
  return (
    <main class="stack">
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
          <Permissions resources={view.has} heading="h3" />
        </section>
      )}
      <div class="end">
        <Problem problem={problem} />
        {view.accounts.length > 1 ? (
          <AccountList
            accounts={view.accounts}
            chosen={view.accounts.find(({ chosen }) => chosen)?.id ?? ''}
            busy={busy}
            label={message('consent_choose')}
            onChoose={chooseAccount}
          />
        ) : null}
        <p class="quiet">
          {message('consent_account', view.account)} {message('consent_revocable')}
        </p>
        <div class="choice">
          <Button busy={busy} onPress={answer('not_now')}>
            {message('not_now')}
          </Button>
          <Button kind="primary" busy={busy || !armed} onPress={answer('allow')}>
            {message('allow')}
          </Button>
          <Button kind="never" busy={busy || !armed} onPress={answer('never')}>
            {message('never')}
          </Button>
        </div>
        <StatusLine words={busy ? message('loading') : ''} />
      </div>
    </main>
  );
}

mount(
  <>
    <header>
      <Brand />
    </header>
    <Consent />
  </>,
);
