import { browserName } from '../../platform/browser-name.ts';
import { version } from '../../platform/pages.ts';
import type { UiClient } from '../ui-client.ts';
import type { Findings } from './findings.ts';
import { reachBroker } from './reach.ts';
import { lookAround } from './surroundings.ts';

/** A healthy background returns what it knows without the broker faster than this. */
const patienceMs = 10_000;

/** Runs one check at a time, and reports each result as soon as it is known. */
export async function examine(client: UiClient, tell: (found: Findings) => void): Promise<void> {
  let found: Findings = { browser: browserName(navigator.userAgent), version: version() };
  const learn = (more: Partial<Findings>): void => {
    found = { ...found, ...more };
    tell(found);
  };
  learn({});
  const begun = performance.now();
  const late = new Promise<undefined>((resolve) => setTimeout(resolve, patienceMs));
  const known = await Promise.race([client.call('diagnostics.get', {}), late]).catch(() => undefined);
  if (!known) return learn({ background: 'failed' });
  const ms = Math.round(performance.now() - begun);
  const around = await lookAround(known);
  learn({ background: { ms }, facts: { ...known, around } });
  if (!known.broker || !around.access) return;
  const reach = await reachBroker(known.broker.url, {
    fetch: (...request) => fetch(...request),
    now: () => Date.now(),
  });
  learn({ reach });
  if ('error' in reach) return;
  const provider = await client.call('diagnostics.probe', {});
  // Ask again: the broker request may have refreshed the background's state.
  const fresh = await client.call('diagnostics.get', {});
  learn({ provider, facts: { ...fresh, around: await lookAround(fresh) } });
}
