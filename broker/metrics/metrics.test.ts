import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brokerWithProvider, extension, typed } from '../../test/broker/honest.ts';
import type { InProcessBroker } from '../../test/broker/in-process.ts';
import { createAdminApp } from '../admin.ts';
import { StoreUnavailableError } from '../store/store.ts';
import { countedLog } from './counted-log.ts';
import { meteredStore } from './metered-store.ts';

describe('/metrics', () => {
  let broker: InProcessBroker;
  beforeAll(async () => {
    broker = await brokerWithProvider('');
  });
  afterAll(() => broker?.close());

  const scrape = async (): Promise<string[]> => {
    const answer = await createAdminApp(broker.deps).request('/metrics');
    expect(answer.headers.get('content-type')).toContain('text/plain');
    return (await answer.text()).split('\n');
  };
  const requests = async () =>
    (await scrape()).filter((line) => line.startsWith('http_server_request_duration_seconds_count'));

  it('counts by endpoint and status; what anybody can make up is no label', async () => {
    await broker.request('/jwks');
    await broker.request('/hooks/okta/backchannel-logout', { method: 'POST' });
    await broker.request('/hooks/somebody-else/backchannel-logout', { method: 'POST' });
    await broker.request('/made/up/by/anybody');
    await broker.request('/jwks', { method: 'BREW' });
    const lines = await requests();
    expect(lines.join('\n')).not.toMatch(/made|BREW|somebody/);
    expect(lines).toContainEqual(expect.stringMatching(/method="GET",http_route="\/jwks".*="200"} 1$/));
    expect(lines).toContainEqual(expect.stringMatching(/http_route="\/hooks\/:upstream\/backchannel-logout"/));
    expect(lines).toContainEqual(expect.stringMatching(/http_route="none".*="404"} 1$/));
    expect(lines).toContainEqual(expect.stringMatching(/method="other".*="405"} 1$/));
  });

  it('counts sign-ins that fail, by their code, but no request for a nonce', async () => {
    const { call, begin } = await extension(broker);
    await broker.request('/session', { method: 'POST' });
    await call('POST', '/session', (await begin()).finish);
    await broker.request('/callback?state=unknown', { headers: typed });
    const lines = (await scrape()).filter((line) => line.startsWith('latchkey_sign_ins_total'));
    expect(lines).toContain('latchkey_sign_ins_total{kind="session",outcome="invalid_request"} 1');
    expect(lines.join('\n')).toMatch(
      /kind="session",outcome="(upstream_error|invalid_grant|temporarily_unavailable|invalid_transaction)"\} 1/,
    );
    expect(lines).toContain('latchkey_sign_ins_total{kind="page",outcome="invalid_transaction"} 1');
    expect(lines.join('\n')).not.toContain('use_dpop_nonce');
  });

  it('times calls of the store, and tells those that fail', async () => {
    const failing = meteredStore(
      { ...broker.deps.store, ping: () => Promise.reject(new StoreUnavailableError('away')) },
      broker.deps.metrics,
      'postgres://x',
    );
    await expect(failing.ping()).rejects.toThrow('away');
    const text = (await scrape()).join('\n');
    expect(text).toMatch(
      /db_client_operation_duration_seconds_count\{db_system_name="postgresql",db_operation_name="ping",error_type="StoreUnavailableError"\} 1/,
    );
    expect(text).toMatch(/_count\{db_system_name="\w+",db_operation_name="listSigningKeys",error_type=""\} [1-9]/);
  });

  it('counts warnings and errors of the log', async () => {
    const lines: string[] = [];
    const write = ({ event }: { event: string }) => void lines.push(event);
    const log = countedLog({ info: write, warn: write, error: write }, broker.deps.metrics);
    log.info({ event: 'request' });
    log.warn({ event: 'unavailable' });
    log.error({ event: 'config_refused' });
    expect(lines).toEqual(['request', 'unavailable', 'config_refused']);
    const text = (await scrape()).join('\n');
    expect(text).toContain('latchkey_log_events_total{level="error",event="config_refused"} 1');
    expect(text).not.toContain('event="request"');
  });

  it('tells how many sessions there are, and forgets states that none has any more', async () => {
    const { metrics } = broker.deps;
    metrics.sessions([{ kind: 'session', state: 'active', count: 3 }]);
    expect(await scrape()).toContain('latchkey_sessions{kind="session",state="active"} 3');
    metrics.sessions([{ kind: 'device', state: 'recheck', count: 1 }]);
    expect((await scrape()).filter((line) => line.startsWith('latchkey_sessions{'))).toEqual([
      'latchkey_sessions{kind="device",state="recheck"} 1',
    ]);
  });

  it('is not on the public listener', async () => {
    expect((await broker.request('/metrics')).status).toBe(404);
  });

  it('tells of a provider that does not answer', async () => {
    expect(await scrape()).toContain('latchkey_upstream_failures{upstream="okta"} 0');
    broker.deps.backoff.failed('okta', undefined);
    expect(await scrape()).toContain('latchkey_upstream_failures{upstream="okta"} 1');
  });
});
