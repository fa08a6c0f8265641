/** @jsxImportSource hono/jsx/dom */
import { useEffect, useState } from 'hono/jsx/dom';
import { message } from '../platform/i18n.ts';
import { version } from '../platform/pages.ts';
import { connect } from '../platform/port.ts';
import { giveUpAccess, requestAccess } from '../platform/sites.ts';
import { type SettingsView, uiPortName } from '../protocol/ui.ts';
import { Help } from './help.tsx';
import { mount } from './mount.tsx';
import { AccessSection, hostOf } from './options/access-section.tsx';
import { BrokerSection } from './options/broker-section.tsx';
import { PolicySection } from './options/policy-section.tsx';
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

function Options() {
  const [view, setView] = useState<SettingsView>();
  const { busy, status, problem, act, reload } = useActions(() => client.call('settings.get', {}).then(setView));
  useEffect(() => {
    onChanged = () => void reload();
    void reload();
  }, []);

  const setBroker = (broker: string) =>
    void act({
      doing: message('asking_browser'),
      focus: '#broker-title',
      async run() {
        const answered = requestAccess(broker);
        await client.call('setup.expect', { broker });
        if (await answered) await client.call('setup.resume', {});
      },
    });
  const takeBack = (pattern: string) =>
    void act({
      doing: message('taking_back', hostOf(pattern)),
      done: message('taken_back', hostOf(pattern)),
      focus: '#access-title',
      run: () => giveUpAccess(pattern),
    });

  return (
    <Page title={message('settings')} busy={!view} organization={view?.organization}>
      {view ? (
        <>
          <BrokerSection view={view} busy={busy} onBroker={setBroker} />
          <AccessSection view={view} busy={busy} onTakeBack={takeBack} />
          <PolicySection policy={view.policy} />
        </>
      ) : null}
      <section class="card" aria-labelledby="help-title">
        <h2 id="help-title">{message('help')}</h2>
        <p>
          <a href="diagnostics.html">{message('diagnostics')}</a>
        </p>
        <Help organization={view?.organization} />
        <p class="quiet">{message('version', version())}</p>
      </section>
      <div class="foot">
        <Problem problem={problem} organization={view?.organization} />
        <StatusLine words={status} />
      </div>
    </Page>
  );
}

mount(<Options />);
