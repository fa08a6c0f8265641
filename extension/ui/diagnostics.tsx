/** @jsxImportSource hono/jsx/dom */
import { useEffect, useState } from 'hono/jsx/dom';
import { language, message } from '../platform/i18n.ts';
import { openSettings } from '../platform/pages.ts';
import { connect } from '../platform/port.ts';
import { requestAccess } from '../platform/sites.ts';
import { type SettingsView, uiPortName } from '../protocol/ui.ts';
import { Button } from './button.tsx';
import { CopySection } from './diagnostics/copy-section.tsx';
import { examine } from './diagnostics/examine.ts';
import type { Findings } from './diagnostics/findings.ts';
import { type Line, linesOf } from './diagnostics/lines.ts';
import { Help } from './help.tsx';
import { mount } from './mount.tsx';
import { Page } from './page.tsx';
import { StatusLine } from './status-line.tsx';
import { createUiClient } from './ui-client.ts';

const client = createUiClient(
  () => connect(uiPortName),
  () => undefined,
);

/** What solves a problem at once. */
interface Fix {
  words: string;
  gives?: string | undefined;
  onPress: () => void;
}

const Row = ({ line: { id, verdict, words }, fix, busy }: { line: Line; fix: Fix | undefined; busy: boolean }) => (
  <li class={`check ${verdict}`}>
    <span class="verdict" aria-hidden="true" />
    <div class="grow">
      <h2>
        {message(`diag_${id}`)} <span class="word">{message(`verdict_${verdict}`)}</span>
      </h2>
      <p>{words}</p>
    </div>
    {fix ? (
      <Button kind="small" busy={busy} gives={fix.gives} onPress={fix.onPress}>
        {fix.words}
      </Button>
    ) : null}
  </li>
);

function Diagnostics() {
  const [found, setFound] = useState<Findings>();
  const [settings, setSettings] = useState<SettingsView>();
  const [busy, setBusy] = useState(true);
  const lines = found ? linesOf(found, message, language()) : [];
  const isOpen = ({ verdict }: Line): boolean => verdict === 'failed' || verdict === 'attention';
  // The last problem is history. It may be solved by now.
  const open = lines.filter((line) => line.id !== 'problem' && isOpen(line)).length;
  // What needs somebody comes first. The rest keeps the order in which a sign-in goes.
  const sorted = [...lines.filter(isOpen), ...lines.filter((line) => !isOpen(line))];

  const run = (): void => {
    setBusy(true);
    examine(client, setFound)
      .catch(() => undefined)
      .finally(() => setBusy(false));
  };
  useEffect(run, []);
  useEffect(() => {
    client.call('settings.get', {}).then(setSettings, () => undefined);
  }, []);
  const fixOf = ({ id }: Line, view: SettingsView | undefined): Fix | undefined => {
    const url = view?.broker?.url;
    // The first call of the click: browsers ask for nothing after the first `await`.
    if (id === 'access' && url)
      return {
        words: message('setup_continue'),
        gives: `broker ${url}`,
        onPress: () => void requestAccess(url).then(run, run),
      };
    if (id === 'broker') return { words: message('settings'), onPress: () => void openSettings() };
    // Without access, a sign-in can't begin.
    if (id === 'session' && lines.every((line) => line.id !== 'access' || line.verdict === 'ok'))
      return { words: message('sign_in'), onPress: () => void client.call('session.sign_in', {}).then(run, run) };
    return undefined;
  };

  const sum = open === 0 ? message('diag_all_ok') : message('diag_some_open', String(open));
  return (
    <Page title={message('diagnostics')} busy={busy} organization={settings?.organization}>
      <p class="quiet">{message('diag_text')}</p>
      <div class="row">
        <div class="grow">
          <StatusLine words={busy ? message('checking') : sum} />
        </div>
        <Button kind="small" busy={busy} onPress={run}>
          {message('diag_again')}
        </Button>
      </div>
      <ol class="checks">
        {sorted.map((line) => (
          <Row key={line.id} line={line} fix={isOpen(line) ? fixOf(line, settings) : undefined} busy={busy} />
        ))}
      </ol>
      {found ? <CopySection found={found} lines={lines} busy={busy} /> : null}
      <Help organization={settings?.organization} />
    </Page>
  );
}

mount(<Diagnostics />);
