import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoUsers } from '../../demo/users.ts';
import { startBrokerAndIdp, type TestBroker } from './kit/broker.ts';
import { allowDevice, beginDevice, pollDevice, refreshDevice } from './kit/device-flow.ts';
import { createSessionClient } from './kit/session-client.ts';

let broker: TestBroker;

beforeAll(async () => {
  // Reduce every budget to a twentieth.
  broker = await startBrokerAndIdp((config) => Object.assign(config, { rate_limit_factor: 0.05 }));
});
afterAll(() => broker?.close());

describe('budgets', () => {
  it('of one thing leave the others alone: a session out of consents still has tokens', async () => {
    const { shop, notes, api } = broker.origins;
    const session = await createSessionClient(broker.origins.broker, undefined, broker.origins.idp);
    await session.signIn();
    const consent = () =>
      session.call('POST', '/session/consents', { origin: shop, resource: api, scope: 'orders:read' });
    for (let n = 0; n < 3; n += 1) expect((await consent()).status).toBe(200);
    const refused = await consent();
    expect(refused).toMatchObject({ status: 429, body: { error: 'too_many_requests' } });
    expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThanOrEqual(1);
    const token = await session.call('POST', '/session/token', { origin: notes, resource: api, scope: 'orders:read' });
    expect(token.status).toBe(200);
  });

  it('of polls keep no refresh out', async () => {
    const [ada] = demoUsers;
    if (!ada) throw new Error('the demo has no people');
    const issuer = broker.origins.broker;
    const started = await beginDevice(issuer, 'tv');
    await allowDevice(broker.origins, started.user_code, ada);
    const { body } = await pollDevice(issuer, 'tv', started.device_code);
    // A flood of polls with codes that were never issued.
    let last = await pollDevice(issuer, 'tv', 'x'.repeat(43));
    for (let n = 0; n < 60 && last.status !== 429; n += 1) {
      const answers = await Promise.all(Array.from({ length: 100 }, () => pollDevice(issuer, 'tv', 'x'.repeat(43))));
      last = answers.find(({ status }) => status === 429) ?? last;
    }
    expect(last.status).toBe(429);
    expect(Number(last.headers.get('Retry-After'))).toBeGreaterThanOrEqual(1);
    expect((await refreshDevice(issuer, 'tv', body.refresh_token)).status).toBe(200);
  });
});
