/** @jsxImportSource hono/jsx/dom */
import { useEffect, useState } from 'hono/jsx/dom';
import { message } from '../platform/i18n.ts';
import { connect } from '../platform/port.ts';
import { uiPortName } from '../protocol/ui.ts';
import { Button } from './button.tsx';
import { CopySection } from './diagnostics/copy-section.tsx';
import { examine } from './diagnostics/examine.ts';
import type { Findings } from './diagnostics/findings.ts';
import { type Line, linesOf } from './diagnostics/lines.ts';
import { mount } from './mount.tsx';
import { Page } from './page.tsx';
import { StatusLine } from './status-line.tsx';
import { createUiClient } from './ui-client.ts';

const client = createUiClient(
  () => connect(uiPortName),
  () => undefined,
);

const Row = ({ line: { id, verdict, words } }: { line: Line }) => (
  <li class={`check ${verdict}`}>
    <span class="verdict" aria-hidden="true" />
    <div class="grow">
      <h2>
        {message(`diag_${id}`)} <span class="word">{message(`verdict_${verdict}`)}</span>
      </h2>
      <p>{words}</p>
    </div>
  </li>
);

function Diagnostics() {
  const [found, setFound] = useState<Findings>();
  const [busy, setBusy] = useState(true);
  const lines = found ? linesOf(found, message) : [];
  const open = lines.filter(({ verdict }) => verdict === 'failed' || verdict === 'attention').length;

  const run = (): void => {
    setBusy(true);
    examine(client, setFound)
      .catch(() => undefined)
      .finally(() => setBusy(false));
  };
  useEffect(run, []);

  const sum = open === 0 ? message('diag_all_ok') : message('diag_some_open', String(open));
  return (
    <Page title={message('diagnostics')} busy={busy}>
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
        {lines.map((line) => (
          <Row key={line.id} line={line} />
        ))}
      </ol>
      {found ? <CopySection found={found} lines={lines} busy={busy} /> : null}
    </Page>
  );
}

mount(<Diagnostics />);
