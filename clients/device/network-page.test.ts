import { describe, expect, it } from 'vitest';
import { deviceLogin, type LoginState } from './login.ts';
import { refresh } from './refresh.ts';
import { revoke } from './revoke.ts';
import { createFakeBroker, issuer } from './testing/fake-broker.ts';

const html = '<!doctype html><title>Hotel Wi-Fi</title>';
const page = (status: number, headers: Record<string, string> = {}) =>
  new Response(html, { status, headers: { 'Content-Type': 'text/html', ...headers } });

/** What networks answer in a broker's place. */
const pages: [string, () => Response][] = [
  ['a redirect to the sign-in of the network', () => Response.redirect('https://wifi.hotel.example/login')],
  ['a page', () => page(200)],
  ['a page with status 403', () => page(403)],
  ['a page with status 404', () => page(404)],
  ['a page with status 401', () => page(401, { 'WWW-Authenticate': 'Basic realm="wifi"' })],
  ['a page that claims to be JSON', () => page(200, { 'Content-Type': 'application/json' })],
  ['a page that claims to be JSON, with status 400', () => page(400, { 'Content-Type': 'application/json' })],
];

/** The broker, behind a network whose page answers `count` requests to `path` first. */
function behind(answer: () => Response, path: string, count: number) {
  const broker = createFakeBroker();
  let left = count;
  const fetch: typeof globalThis.fetch = async (input, init) => {
    if (!String(input).endsWith(path) || left === 0) return broker.fetch(input, init);
    left -= 1;
    return answer();
  };
  return { ...broker, fetch };
}

const discovery = '/.well-known/oauth-authorization-server';

describe.each(pages)('%s', (_, answer) => {
  it('in the middle of polling ends no sign-in', async () => {
    const { fetch, now, sleep } = behind(answer, '/token', 3);
    const states: LoginState[] = [];
    for await (const state of deviceLogin({ issuer, clientId: 'tv', fetch, now, sleep })) states.push(state);
    expect(states.at(-1)).toMatchObject({ type: 'done', tokens: { access_token: 'access-1' } });
    expect(states.some((state) => state.type === 'waiting' && state.unreachable && state.network_page)).toBe(true);
  });

  it('until the code expires is named, and is worth a retry', async () => {
    const { fetch, now, sleep } = behind(answer, '/token', 1_000);
    const login = async () => {
      for await (const state of deviceLogin({ issuer, clientId: 'tv', fetch, now, sleep })) void state;
    };
    await expect(login()).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining(`A page of this network answers instead of ${issuer}`),
    });
  });

  it.each([discovery, '/token'])('instead of %s is worth a retry for who has a refresh token', async (path) => {
    const known = { issuer, clientId: 'tv', refreshToken: 'r' };
    const passing = behind(answer, path, 1);
    await expect(refresh({ ...known, ...passing })).resolves.toMatchObject({ access_token: 'access-1' });
    await expect(refresh({ ...known, ...behind(answer, path, 9) })).rejects.toMatchObject({ code: 'unreachable' });
  });

  it('does not count as a sign-out', async () => {
    const { fetch } = behind(answer, discovery, 1);
    await expect(revoke({ issuer, clientId: 'tv', refreshToken: 'r', fetch })).rejects.toMatchObject({
      code: 'unreachable',
    });
  });
});

it('an error of the broker stays one', async () => {
  const broker = createFakeBroker();
  broker.state.token = ['invalid_grant'];
  await expect(refresh({ issuer, clientId: 'tv', refreshToken: 'r', ...broker })).rejects.toMatchObject({
    code: 'invalid_grant',
  });
});
