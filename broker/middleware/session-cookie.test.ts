import { Hono } from 'hono';
import { expect, it } from 'vitest';
import type { Env } from '../env.ts';
import { formatSessionSecret, newSessionSecret, sessionRowId } from '../session/session-secret.ts';
import { sessionsHere } from './session-cookie.ts';

it('finds the sessions whose cookies the browser has, and nothing in other cookies', async () => {
  const app = new Hono<Env>().get('/', (c) => c.json([...sessionsHere(c)]));
  const secrets = [newSessionSecret(), newSessionSecret()];
  const cookies = [
    ...secrets.map((secret, index) => `__Host-lk-${index}=${formatSessionSecret(secret)}`),
    '__Host-lk-page=x.y.z',
    '__Host-lk-language=de',
  ];
  const answer = await app.request('/', { headers: { cookie: cookies.join('; ') } });
  expect(await answer.json()).toEqual(secrets.map(sessionRowId));
});
