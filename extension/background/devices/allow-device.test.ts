import { beforeEach, expect, it } from 'vitest';
import { redirectOf } from '../../../test/extension/background.ts';
import { type AllowDeviceDeps, allowDevice } from './allow-device.ts';

const redirectUri = 'https://ext.chromiumapp.test/';
let deps: AllowDeviceDeps;
let kept: unknown[];
let calls: string[];
let windows: string[];
let begun: (state: string) => object;
let silent: 'redirect' | 'page';

/** The provider, with pushed authorization requests: it takes an address once (RFC 9126 §4). */
function provider() {
  const used = new Set<string>();
  return (url: string): string => {
    if (used.has(url)) throw new Error('the request_uri was already used');
    used.add(url);
    return redirectOf(url);
  };
}

beforeEach(() => {
  [kept, calls, windows, silent] = [[], [], [], 'redirect'];
  begun = (state) => ({
    authorization_url: `https://idp.test/authorize?${new URLSearchParams({ state, redirect_uri: redirectUri })}`,
    issuer: 'https://idp.test',
    iss_required: true,
    expires_in: 600,
  });
  const visit = provider();
  deps = {
    async post(path, body) {
      calls.push(`${path} ${Object.keys(JSON.parse(JSON.stringify(body)))}`);
      return path === 'authorize' ? begun((body as { state: string }).state) : { outcome: 'allowed' };
    },
    broker: async () => 'https://broker.test',
    identity: {
      redirectUri: () => redirectUri,
      async launch(url) {
        windows.push('window');
        return visit(url);
      },
      async launchSilently(url) {
        windows.push('silent');
        const redirect = visit(url);
        if (silent === 'page') throw new Error('a page came');
        return redirect;
      },
    },
    keep: async (outcome) => void kept.push(outcome),
  };
});

it('opens no window where the device is on the same network, and the provider knows the user', async () => {
  expect(await allowDevice(deps, { request: 'r1', near: true })).toEqual({ outcome: 'allowed' });
  expect(windows).toEqual(['silent']);
  expect(calls).toEqual(['authorize request,redirect_uri,code_challenge,state', 'allow state,code,code_verifier,iss']);
});

it('sends the number that the user picked with each attempt', async () => {
  silent = 'page';
  expect(await allowDevice(deps, { request: 'r1', near: true, number: '42' })).toEqual({ outcome: 'allowed' });
  const attempt = 'authorize request,number,redirect_uri,code_challenge,state';
  expect(calls).toEqual([attempt, attempt, 'allow state,code,code_verifier,iss']);
});

it('opens no window for a number that is wrong', async () => {
  begun = () => ({ outcome: 'wrong_number' });
  const decided = { outcome: 'wrong_number' };
  expect(await allowDevice(deps, { request: 'r1', near: true, number: '17' })).toEqual(decided);
  expect(windows).toEqual([]);
  expect(kept).toEqual([{ request: 'r1', decided }]);
});

it('opens the window where the provider shows a page', async () => {
  silent = 'page';
  expect(await allowDevice(deps, { request: 'r1', near: true })).toEqual({ outcome: 'allowed' });
  expect(windows).toEqual(['silent', 'window']);
});

it('takes the answer to the silent try where the provider gives that in the window', async () => {
  silent = 'page';
  const states: string[] = [];
  const once = begun;
  begun = (state) => {
    states.push(state);
    return once(state);
  };
  deps.identity.launch = async () =>
    redirectOf(
      `https://idp.test/authorize?${new URLSearchParams({ state: `${states[0]}`, redirect_uri: redirectUri })}`,
    );
  const allowed: unknown[] = [];
  const { post } = deps;
  deps.post = async (path, body) => {
    if (path === 'allow') allowed.push(body);
    return post(path, body);
  };
  expect(await allowDevice(deps, { request: 'r1', near: true })).toEqual({ outcome: 'allowed' });
  expect(states).toHaveLength(2);
  expect(allowed).toMatchObject([{ state: states[0] }]);
});

it('opens no window if the request is decided while the provider shows a page', async () => {
  silent = 'page';
  const once = begun;
  begun = (state) => {
    begun = () => ({ outcome: 'expired' });
    return once(state);
  };
  expect(await allowDevice(deps, { request: 'r1', near: true })).toEqual({ outcome: 'expired' });
  expect(windows).toEqual(['silent']);
});

it('opens the window at once where the networks differ: the sign-in must not go unnoticed', async () => {
  await allowDevice(deps, { request: 'r1', near: false });
  expect(windows).toEqual(['window']);
});

it('goes nowhere if the request was decided in the meantime', async () => {
  begun = () => ({ outcome: 'expired' });
  expect(await allowDevice(deps, { request: 'r1', near: true })).toEqual({ outcome: 'expired' });
  expect(windows).toEqual([]);
});

it('goes to no address without TLS', async () => {
  const safe = begun;
  begun = (state) => ({ ...safe(state), authorization_url: 'http://127.0.0.1/authorize' });
  await expect(allowDevice(deps, { request: 'r1', near: true })).rejects.toMatchObject({ code: 'busy' });
  expect(windows).toEqual([]);
});

it('leaves the outcome for a popup that has closed', async () => {
  await allowDevice(deps, { request: 'r1', near: true });
  expect(kept).toEqual([{ request: 'r1', decided: { outcome: 'allowed' } }]);
});

it('says that the user closed the window', async () => {
  deps.identity.launch = () => Promise.reject(new Error('closed'));
  await expect(allowDevice(deps, { request: 'r1', near: false })).rejects.toMatchObject({ code: 'user_denied' });
});
