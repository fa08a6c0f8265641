import { Hono } from 'hono';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { brokerInProcess, type InProcessBroker } from '../../test/broker/in-process.ts';
import type { Env } from '../env.ts';
import { seal } from '../keys/seal.ts';
import { newPageSession, type PageSession, readPageSession, writePageSession } from './page-session.ts';
import { forgetSignIn, rememberSignIn } from './remember-sign-in.ts';

const idp = 'https://acme.okta.com';

let broker: InProcessBroker;
beforeEach(async () => {
  broker = await brokerInProcess(
    'resources: { "https://api.example.com": { name: Orders API, scopes: { read: See your orders } } }',
  );
});
afterEach(() => broker.close());

/**
 * Sends one request from a browser with this cookie.
 *
 * @returns the browser's cookie after the response
 */
async function browse<T>(
  cookie: string | undefined,
  work: (c: Parameters<typeof readPageSession>[1]) => Promise<T>,
): Promise<{ result: T; cookie: string | undefined }> {
  let result: T | undefined;
  const app = new Hono<Env>().get('/', async (c) => {
    result = await work(c);
    return c.body(null, 204);
  });
  const answer = await app.request('/', { headers: cookie === undefined ? {} : { cookie } });
  expect(answer.status).toBe(204);
  return { result: result as T, cookie: answer.headers.getSetCookie()[0]?.split(';')[0] ?? cookie };
}

const read = async (cookie: string | undefined) =>
  (await browse(cookie, (c) => readPageSession(broker.deps, c))).result;

const signIn = (before?: PageSession) =>
  browse(undefined, (c) =>
    rememberSignIn(broker.deps, c, before ?? newPageSession(broker.clock.now), {
      identity: {
        issuer: idp,
        idpSub: 'ada',
        sid: 'sid-1',
        issuedAt: broker.clock.now,
        claims: { groups: ['okta:staff'], name: 'Ada', email: 'ada@example.com' },
      },
      upstream: 'okta',
      beganAt: broker.clock.now,
    }),
  );

it('knows who signed in, for a quarter of an hour', async () => {
  const { result, cookie } = await signIn();
  const { person } = await read(cookie);
  expect(person).toMatchObject({ email: 'ada@example.com', upstream: 'okta', groups: ['okta:staff'] });
  expect(person).toEqual(result.person);
  broker.clock.now += 900_000;
  expect((await read(cookie)).person).toBeUndefined();
});

it('believes no cookie that the key file alone has made', async () => {
  const { result } = await signIn();
  const { ring } = broker.deps;
  const id = 'of-a-thief-who-has-the-key-file';
  const says = { id, expiresAt: broker.clock.now + 900_000, isSignedIn: true, person: result.person };
  const { sealed, ringKid } = seal(ring, { purpose: 'page', id: `session:${id}` }, JSON.stringify(says));
  const forged = `__Host-lk-page=${id}.${Buffer.from(ringKid).toString('base64url')}.${sealed}`;
  expect((await read(forged)).person).toBeUndefined();
  const stranger = JSON.stringify({ ...says, isSignedIn: false });
  const other = seal(ring, { purpose: 'page', id: `session:${id}` }, stranger);
  const undeclared = `__Host-lk-page=${id}.${Buffer.from(other.ringKid).toString('base64url')}.${other.sealed}`;
  expect((await read(undeclared)).person).toBeUndefined();
});

it('is over in every browser when everything of the person is ended', async () => {
  const [{ cookie: here }, { cookie: there, result }] = [await signIn(), await signIn()];
  const sub = result.person?.sub ?? '';
  await broker.deps.store.endSessionsOf({ sub }, broker.clock.now, 'person', broker.clock.now);
  for (const cookie of [here, there]) expect((await read(cookie)).person).toBeUndefined();
});

it('is over when the person says that it is not them: also for who kept the cookie', async () => {
  const { result, cookie } = await signIn();
  const left = await browse(cookie, (c) => forgetSignIn(broker.deps, c, result));
  expect((await read(cookie)).person).toBeUndefined();
  expect(await read(left.cookie)).toMatchObject({ chooseAccount: true, id: left.result.id });
});

it('ends the one before it in the same browser', async () => {
  const before = await signIn();
  const after = await signIn(before.result);
  expect((await read(before.cookie)).person).toBeUndefined();
  expect((await read(after.cookie)).person).toBeDefined();
});

it('neither asks the store nor writes to it for strangers', async () => {
  const store = ['getPageSession', 'insertPageSession'] as const;
  const asked = store.map((name) => vi.spyOn(broker.deps.store, name));
  const { result, cookie } = await browse(undefined, async (c) => {
    const fresh = newPageSession(broker.clock.now);
    writePageSession(broker.deps, c, fresh);
    return fresh;
  });
  expect(await read(cookie)).toMatchObject({ id: result.id });
  expect(await read('__Host-lk-page=a.b.c')).not.toHaveProperty('person');
  for (const spy of asked) expect(spy).not.toHaveBeenCalled();
});
