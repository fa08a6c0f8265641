/** @jsxImportSource hono/jsx/dom */
import { useState } from 'hono/jsx/dom';
import { message } from '../../platform/i18n.ts';
import { Button } from '../button.tsx';
import { StatusLine } from '../status-line.tsx';
import type { Findings } from './findings.ts';
import type { Line } from './lines.ts';
import { reportOf } from './report.ts';

/** The report for support. The user sees it before copying it. */
export function CopySection({ found: { facts }, lines, busy }: { found: Findings; lines: Line[]; busy: boolean }) {
  const [withSites, setWithSites] = useState(false);
  const [status, setStatus] = useState('');
  const report = reportOf(lines, {
    at: Date.now(),
    withSites,
    sites: facts?.around.sites ?? [],
    broker: facts?.broker?.url,
    account: facts?.session?.account,
  });
  const copy = () =>
    navigator.clipboard.writeText(report).then(
      () => setStatus(message('copied')),
      () => setStatus(message('copy_failed')),
    );
  return (
    <section class="card" aria-labelledby="copy-title">
      <h2 id="copy-title">{message('copy_title')}</h2>
      <p class="quiet">{message('copy_text')}</p>
      <label class="tick">
        <input
          type="checkbox"
          checked={withSites}
          onChange={(event: Event) => setWithSites((event.target as HTMLInputElement).checked)}
        />
        {message('copy_sites')}
      </label>
      <div class="row">
        <Button kind="primary" busy={busy} onPress={copy}>
          {message('copy')}
        </Button>
        <StatusLine words={status} />
      </div>
      <details>
        <summary>{message('copy_preview')}</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1) */}
        <pre dir="ltr" tabIndex={0}>
          {report}
        </pre>
      </details>
    </section>
  );
}
