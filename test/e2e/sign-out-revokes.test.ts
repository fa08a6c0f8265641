import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBrokerAndIdp, type TestBroker } from './kit/broker.ts';
import { createSessionClient } from './kit/session-client.ts';

let broker: TestBroker;
beforeAll(async () => {
  broker = await startBrokerAndIdp();
});
afterAll(() => broker?.close());

describe('a sign-out at a provider whose revocation may end all grants of a person', () => {
  it('revokes nothing while another browser is signed in, and the last grant with the last browser', async () => {
    const { origins, idp } = broker;
    const [first, last] = [
      await createSessionClient(origins.broker, undefined, origins.idp),
      await createSessionClient(origins.broker, undefined, origins.idp),
    ];
    await first.signIn();
    await last.signIn();
    expect((await first.call('DELETE', '/session')).status).toBe(200);
    expect(idp.counts.revocations).toBe(0);
    expect((await last.call('DELETE', '/session')).status).toBe(200);
    expect(idp.counts.revocations).toBe(1);
  });
});
