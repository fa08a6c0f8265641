import { describe, expect, it } from 'vitest';
import { refresh } from './refresh.ts';
import { revoke } from './revoke.ts';
import { createFakeBroker, issuer } from './testing/fake-broker.ts';

const start = () => {
  const broker = createFakeBroker();
  const options = { ...broker, issuer, clientId: 'tv', refreshToken: 'refresh-0' };
  return { broker, options };
};

describe('refresh', () => {
  it('changes the refresh token for the next', async () => {
    const { broker, options } = start();
    const tokens = await refresh({ ...options, scope: 'orders:read', resource: 'https://api.example.com' });
    expect(tokens).toMatchObject({ access_token: 'access-1', refresh_token: 'refresh-1' });
    expect(broker.state.requests.at(-1)?.form).toEqual({
      client_id: 'tv',
      grant_type: 'refresh_token',
      refresh_token: 'refresh-0',
      scope: 'orders:read',
      resource: 'https://api.example.com',
    });
  });

  it('keeps the old one where the broker sends no other', async () => {
    const { broker, options } = start();
    broker.state.token = [{ refresh_token: undefined }];
    expect(await refresh(options)).toMatchObject({ refresh_token: 'refresh-0' });
  });

  it('sends the same one again when an answer was lost, soon enough to get the same successor', async () => {
    const { broker, options } = start();
    broker.state.token = ['lost', 503, {}];
    broker.state.retryAfter = '17';
    expect(await refresh(options)).toMatchObject({ refresh_token: 'refresh-1' });
    expect(broker.state.sleeps).toEqual([1_000, 17_000]);
  });

  it('gives up at once if the broker asks for more time than the old one is good for, and keeps the old one', async () => {
    const { broker, options } = start();
    broker.state.token = [503, {}];
    await expect(refresh(options)).rejects.toMatchObject({
      code: 'unreachable',
      retryAfter: 40,
      message: expect.stringContaining('Try again in 40 s.'),
    });
    expect(broker.state.sleeps).toEqual([]);
    expect(broker.state.token).toHaveLength(1);
  });

  it('gives up after three tries', async () => {
    const { broker, options } = start();
    broker.state.token = ['lost', 'lost', 'lost', {}];
    await expect(refresh(options)).rejects.toMatchObject({ code: 'unreachable' });
    expect(broker.state.token).toHaveLength(1);
  });

  it('sends a token no later than its successor is kept for, however slow the network is', async () => {
    const { broker, options } = start();
    const slow: typeof fetch = async (input, init) => {
      const isToken = String(input).endsWith('/token');
      const answer = await broker.fetch(input, init);
      broker.state.now += 15_000;
      if (isToken) throw new DOMException('timed out', 'TimeoutError');
      return answer;
    };
    await expect(refresh({ ...options, fetch: slow })).rejects.toMatchObject({ code: 'unreachable' });
    const sent = broker.state.requests.filter(({ path }) => path === '/token').map(({ at }) => at / 1_000);
    expect(sent.length).toBeGreaterThan(1);
    expect((sent.at(-1) ?? 0) - (sent[0] ?? 0)).toBeLessThan(60);
  });

  it('passes on why the broker cannot answer yet', async () => {
    const { broker, options } = start();
    broker.state.token = Array(3).fill('temporarily_unavailable');
    await expect(refresh(options)).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('The broker says: '),
    });
  });

  it('does not try again what was refused', async () => {
    const { broker, options } = start();
    broker.state.token = ['invalid_grant', {}];
    await expect(refresh(options)).rejects.toMatchObject({ code: 'invalid_grant' });
    expect(broker.state.token).toHaveLength(1);
  });
});

describe('revoke', () => {
  it('ends the session at the broker', async () => {
    const { broker, options } = start();
    await revoke(options);
    expect(broker.state.requests.at(-1)).toMatchObject({
      path: '/revoke',
      form: { client_id: 'tv', token: 'refresh-0', token_type_hint: 'refresh_token' },
    });
  });

  it('says so when the broker could not be told', async () => {
    const { broker, options } = start();
    broker.state.revoke = 503;
    await expect(revoke(options)).rejects.toMatchObject({ code: 'unreachable' });
  });
});
