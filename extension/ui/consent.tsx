/** @jsxImportSource hono/jsx/dom */

import { useEffect, useRef, useState } from 'hono/jsx/dom';
import { message } from '../platform/i18n.ts';
import { connect } from '../platform/port.ts';
import type { Problem as Shown } from '../protocol/problem.ts';
import { type ConsentChoice, type ConsentView, uiPortName } from '../protocol/ui.ts';
import { AccountList } from './account-list.tsx';
import { Brand } from './brand.tsx';
import { Button } from './button.tsx';
import { mount } from './mount.tsx';
import { Origin } from './origin.tsx';
import { Permissions } from './permissions.tsx';
import { Problem } from './problem.tsx';
import { shownError } from './shown-error.ts';
import { StatusLine } from './status-line.tsx';
import { createUiClient } from './ui-client.ts';
import { useSeen } from './use-seen.ts';

const prompt = location.hash.slice(1);
let onChanged = (): void => undefined;
const client = createUiClient(
  () => connect(uiPortName),
  () => onChanged(),
);

function Consent() {
  const [view, setView] = useState<ConsentView>();
  const [problem, setProblem] = useState<Shown>();
  const [busy, setBusy] = useState(false);
  const running = useRef(false);

  /** Hides a question that has ended. */
  const fail = (error: unknown): void => {
    const shown = shownError(error);
    setProblem(shown);
    if (shown.code === 'expired') setView(undefined);
  };
  const load = (): Promise<void> => client.call('consent.get', { prompt }).then(setView, fail);

  const run = async (work: () => Promise<unknown>): Promise<void> => {
    running.current = true;
    setBusy(true);
    setProblem(undefined);
    try {
      await work();
    } catch (error) {
      // The call may have taken effect despite the error, so load the current state.
      await load();
      fail(error);
    }
    running.current = false;
    setBusy(false);
  };

  const answer = (choice: ConsentChoice, sub: string) => () =>
    void run(async () => {
      await client.call('consent.answer', { prompt, choice, sub });
      window.close();
    });
  const chooseAccount = (account: string) =>
    void run(async () => setView(await client.call('consent.account', { prompt, account })));

  useEffect(() => {
    onChanged = () => {
      if (!running.current) void load();
    };
    void load();
  }, []);
  const question = view && JSON.stringify(view);
  const { seen, showNext } = useSeen(question, '.card h2, .asks li');
  const sub = view?.sub;
  useEffect(() => {
    if (sub === undefined) return undefined;
    const refuse = ({ key }: KeyboardEvent): void => {
      if (key === 'Escape' && !running.current) answer('not_now', sub)();
    };
    document.addEventListener('keydown', refuse);
    return () => document.removeEventListener('keydown', refuse);
  }, [sub]);
  useEffect(() => {
    if (view) document.title = `${message('consent_title', view.site)} – ${message('name')}`;
  }, [view]);

  const top = (
    <header>
      <Brand organization={view?.organization} />
    </header>
  );
  if (!view)
    return (
      <>
        {top}
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
      </>
    );
  return (
    <>
      {top}
      <main class="stack">
        <div class="lead">
          <h1>{message('consent_title', view.site)}</h1>
          <Origin origin={view.origin} strong />
        </div>
        {view.asks.map(({ resource, scopes }, index) => (
          <section class="card" key={index} aria-labelledby={`asks-${index}`}>
            <h2 id={`asks-${index}`}>{message('consent_asks', resource)}</h2>
            <ul class="asks">
              {scopes.map(({ scope, description }) => (
                <li key={scope}>
                  {description} <code>{scope}</code>
                </li>
              ))}
            </ul>
          </section>
        ))}
        {view.has.length === 0 ? null : (
          <section class="has" aria-labelledby="has">
            <h2 id="has">{message('consent_has')}</h2>
            <Permissions resources={view.has} heading="h3" />
          </section>
        )}
        <div class="end">
          <Problem problem={problem} organization={view.organization} />
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
            <Button busy={busy} onPress={answer('not_now', view.sub)}>
              {message('not_now')}
            </Button>
            <Button
              kind="primary"
              busy={busy}
              gives={seen ? question : undefined}
              onPress={seen ? answer('allow', view.sub) : showNext}
            >
              {message(seen ? 'allow' : 'consent_more')}
            </Button>
            <Button kind="never" busy={busy} gives={question} onPress={answer('never', view.sub)}>
              {message('never')}
            </Button>
          </div>
          <StatusLine words={busy ? message('loading') : ''} />
        </div>
      </main>
    </>
  );
}

mount(<Consent />);
