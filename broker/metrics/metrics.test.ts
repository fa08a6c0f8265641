import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brokerInProcess, type InProcessBroker } from '../../test/broker/in-process.ts';
import { createAdminApp } from '../admin.ts';

describe('/metrics', () => {
  let broker: InProcessBroker;
  beforeAll(async () => {
    broker = await brokerInProcess('resources: { "https://api.example.com": { name: API, scopes: { a: A } } }');
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

  it('is not on the public listener', async () => {
    expect((await broker.request('/metrics')).status).toBe(404);
  });

  it('tells of a provider that does not answer', async () => {
    expect(await scrape()).toContain('latchkey_upstream_failures{upstream="okta"} 0');
    broker.deps.backoff.failed('okta', undefined);
    expect(await scrape()).toContain('latchkey_upstream_failures{upstream="okta"} 1');
  });
});
