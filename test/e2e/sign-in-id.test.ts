import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createStore } from '../../broker/store/open.ts';
import { startBrokerAndIdp } from './kit/broker.ts';
import { createSessionClient } from './kit/session-client.ts';
import { createVisitor } from './kit/visitor.ts';

let broker: Awaited<ReturnType<typeof startBrokerAndIdp>>;
beforeAll(async () => {
  broker = await startBrokerAndIdp();
});
afterAll(() => broker.close());

type Line = Record<string, unknown>;
const lines = (): Line[] => broker.logged.map((line) => JSON.parse(line));

it('joins a sign-in from its start to its tokens, in log and audit log', async () => {
  const { origins, storeUrl } = broker;
  const client = await createSessionClient(origins.broker, undefined, origins.idp);
  await client.signIn();
  const token = { origin: origins.notes, resource: origins.api, scope: 'orders:read' };
  expect((await client.call('POST', '/session/token', token)).status).toBe(200);
  await vi.waitFor(() => expect(lines().some(({ path }) => path === '/session/token')).toBe(true));
  const paths = ['/session/authorize', '/session', '/session/token'];
  const ids = lines().flatMap(({ path, status, sign_in }) =>
    paths.includes(String(path)) && Number(status) < 300 ? [sign_in] : [],
  );
  expect(ids).toHaveLength(3);
  expect(new Set(ids).size).toBe(1);
  expect(ids[0]).toMatch(/^[\w-]{12}$/);
  const store = await createStore(storeUrl, { now: Date.now });
  const created = (await store.auditAfter(0, 100)).find(({ type }) => type === 'session.created');
  await store.close();
  expect(created?.detail.sign_in).toBe(ids[0]);
});

it('is told to the client that begins', async () => {
  const client = await createSessionClient(broker.origins.broker, undefined, broker.origins.idp);
  const { answer } = await client.authorize();
  await vi.waitFor(() =>
    expect(
      lines()
        .filter(({ path }) => path === '/session/authorize')
        .at(-1)?.sign_in,
    ).toBe(answer.body.sign_in_id),
  );
});

it('logs no redirect that anybody made up', async () => {
  const query = new URLSearchParams({ error: 'x', error_description: 'made up', state: 'y'.repeat(43) });
  await createVisitor([broker.origins.broker]).visit(`${broker.origins.broker}/callback?${query}`);
  expect(broker.logged.join('\n')).not.toContain('made up');
});
