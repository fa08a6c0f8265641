import { expect, it } from 'vitest';
import { brokerInProcess } from '../../test/broker/in-process.ts';
import { publishedMs, rotateSigningKeys } from './rotate-signing-keys.ts';

const api = 'https://api.example.com';
const day = 86_400_000;

it('a retired key outlives every token that it signed, whatever the configuration says by then', async () => {
  const broker = await brokerInProcess(`
resources: { ${api}: { name: API, scopes: { read: Read }, lifetime: 10s } }`);
  const { deps, clock } = broker;
  await deps.keys.published();
  clock.now += publishedMs;
  // The longest lifetime that can be configured, from before an administrator lowered it.
  const exp = Math.floor((clock.now + day) / 1_000);
  const token = await deps.minter.accessToken({ sub: 'ada', aud: api, client_id: 'x', scope: 'read', exp });
  const rotated = await rotateSigningKeys(deps, clock.now, { force: false });
  const retired = rotated.find(({ alg }) => alg === 'ES256')?.retired;
  clock.now += day - 1_000;
  await deps.store.collectExpired(clock.now, 100);
  expect((await deps.verifyToken(token)).sub).toBe('ada');
  const published = async () => (await deps.keys.published()).keys.map(({ kid }) => kid);
  expect(await published()).toContain(retired);
  clock.now += 120_000;
  await deps.store.collectExpired(clock.now, 100);
  expect(await published()).not.toContain(retired);
  await broker.close();
});
