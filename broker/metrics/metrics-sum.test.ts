import { expect, it } from 'vitest';
import { createMetrics } from './metrics.ts';
import { createMetricsSum } from './metrics-sum.ts';

const session = { kind: 'session', state: 'active', count: 7 };

it('adds up what workers counted, and says once what all of them see', async () => {
  const [one, other] = [createMetrics(), createMetrics()];
  for (const metrics of [one, other]) {
    metrics.token('session');
    metrics.streamOpened();
    metrics.sessions([session]);
    metrics.build('1.2.3');
    metrics.request({ method: 'GET', route: '/verify', status: 200 }, 0.002);
  }
  const sum = createMetricsSum(2);
  const text = await sum.text(
    new Map([
      [1, await one.json()],
      [2, await other.json()],
    ]),
  );
  expect(text).toContain('latchkey_access_tokens_total{kind="session"} 2');
  expect(text).toContain('latchkey_event_streams 2');
  expect(text).toContain('latchkey_sessions{kind="session",state="active"} 7');
  expect(text).toMatch(/latchkey_build_info\{version="1\.2\.3",node="[^"]+"\} 1/);
  expect(text).toMatch(/http_server_request_duration_seconds_count\{[^}]*http_route="\/verify"[^}]*\} 2/);
});

it('keeps what an ended worker had counted, because counters never go down, and drops its gauges', async () => {
  const sum = createMetricsSum(2);
  const live = createMetrics();
  live.token('session');
  for (const pid of [1, 2, 3]) {
    const ends = createMetrics();
    ends.token('session');
    ends.streamOpened();
    await sum.text(new Map([[pid, await ends.json()]]));
    sum.ended(pid);
  }
  const text = await sum.text(new Map([[4, await live.json()]]));
  expect(text).toContain('latchkey_access_tokens_total{kind="session"} 4');
  expect(text).toContain('latchkey_event_streams 0');
});

it('keeps what a worker had counted that is too busy to answer', async () => {
  const sum = createMetricsSum(2);
  const busy = createMetrics();
  busy.token('session');
  await sum.text(new Map([[1, await busy.json()]]));
  expect(await sum.text(new Map())).toContain('latchkey_access_tokens_total{kind="session"} 1');
});

it('says how many workers do not serve', async () => {
  const sum = createMetricsSum(3);
  const worker = createMetrics();
  expect(await sum.text(new Map([[1, await worker.json()]]))).toMatch(/^latchkey_workers_missing 2$/m);
});
