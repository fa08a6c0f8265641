import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { brokerInProcess } from '../../../test/broker/in-process.ts';
import { newDeviceGrant, newDeviceSession } from '../../../test/conformance/store/values.ts';
import { createRing } from '../../keys/ring.ts';
import {
  familyRowId,
  formatRefreshToken,
  newRefreshToken,
  nextRefreshToken,
  refreshTokenHash,
} from '../refresh-token-format.ts';

it('a retry is no theft when another replica rotated the refresh token under a key that this one has not read yet', async () => {
  const broker = await brokerInProcess(`
resources:
  https://api.example.com: { name: API, scopes: { orders:read: Read } }
devices:
  tv: { name: TV, allow: { https://api.example.com: [orders:read] } }`);
  const { store } = broker.deps;
  const now = broker.clock.now;
  const person = await store.upsertPerson({ issuer: 'https://i', idpSub: 'ada', upstream: 'okta', newSub: 'sub' }, now);
  const refreshToken = newRefreshToken();
  const grant = { ...newDeviceGrant(), createdAt: now, expiresAt: now + 600_000 };
  await store.insertDeviceGrant(grant);
  const allow = {
    decision: 'allow',
    sub: person.sub,
    sealedGrant: 'x',
    claims: { groups: [] as string[] },
    scopes: grant.scopes,
  } as const;
  await store.decideDeviceGrant(grant.deviceCodeHash, allow, now);
  const id = familyRowId(refreshToken);
  const deviceSession = { ...newDeviceSession(person), id, currentHash: refreshTokenHash(refreshToken) };
  await store.claimDeviceGrant(grant.deviceCodeHash, now, { sealedGrant: 'x', resealed: 'y', deviceSession });
  const elsewhere = createRing([{ kid: 'k2', key: randomBytes(32) }]);
  const rotation = {
    version: 1,
    expectCurrentHash: refreshTokenHash(refreshToken),
    sealedRefresh: 'x',
    ringKid: 'k2',
    now,
    from: '192.0.2.1',
  };
  expect(
    await store.rotateRefreshToken(id, {
      ...rotation,
      newCurrentHash: refreshTokenHash(nextRefreshToken(refreshToken, elsewhere)),
    }),
  ).toBe(true);

  const body = new URLSearchParams({
    grant_type: 'refresh_token',
    client_id: 'tv',
    refresh_token: formatRefreshToken(refreshToken),
  });
  const answer = await broker.request('/token', { method: 'POST', body });
  expect(answer.status).toBe(503);
  expect((await store.getDeviceSession(id))?.state).toBe('active');
  await broker.close();
});
