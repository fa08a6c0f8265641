import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { cliFile } from '../../demo/program.ts';
import { demoUsers } from '../../demo/users.ts';
import { startBrokerAndIdp, type TestBroker } from './kit/broker.ts';
import { createSessionClient } from './kit/session-client.ts';

const freshSeconds = 3;
let broker: TestBroker;
let configFile: string;

beforeAll(async () => {
  let file: Record<string, unknown> = {};
  broker = await startBrokerAndIdp((config) => {
    const [resource] = Object.values(config.resources as Record<string, Record<string, unknown>>);
    Object.assign(resource ?? {}, { lifetime: '2s', fresh: `${freshSeconds}s` });
    file = config;
  });
  configFile = join(broker.dir, 'latchkey.yaml');
  await writeFile(configFile, stringify(file));
});
afterAll(() => broker?.close());

/** Runs `latchkey policy explain … --json`. */
function explain(...args: string[]): Promise<{ code: number; said: Record<string, unknown> }> {
  const all = [cliFile, 'policy', 'explain', '--config', configFile, '--json', ...args];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, all, (error, stdout, stderr) => {
      if (stderr !== '') reject(new Error(stderr));
      else resolve({ code: Number(error?.code ?? 0), said: JSON.parse(stdout) });
    });
  });
}

it('who leaves a group at the provider loses what it gave, within `fresh`; policy explain says why', async () => {
  const { shop, api } = broker.origins;
  const session = await createSessionClient(broker.origins.broker, undefined, broker.origins.idp);
  const { account } = await session.signIn('grace', 'compiler-1952');
  const question = { origin: shop, resource: api, scope: 'orders:read' };
  await session.call('POST', '/session/consents', question);
  expect((await session.call('POST', '/session/token', question)).status).toBe(200);
  const asked = ['--subject', account.sub, '--origin', shop, '--resource', api, '--scopes', 'orders:read'];
  expect(await explain(...asked)).toMatchObject({ code: 0, said: { allowed: true } });
  // One more scope than she consented to.
  expect(await explain(...asked.slice(0, -1), 'orders:read,orders:write')).toMatchObject({
    code: 1,
    said: { allowed: false, check: 'consent', error: 'consent_required' },
  });

  const grace = demoUsers.find(({ username }) => username === 'grace');
  if (!grace) throw new Error('the demo has no grace');
  const before = [...grace.groups];
  grace.groups.splice(0, grace.groups.length, 'guests');
  const removedAt = Date.now() / 1_000;
  try {
    let answer = await session.call('POST', '/session/token', question);
    while (answer.status === 200) {
      const { exp = Number.POSITIVE_INFINITY } = decodeJwt(answer.body.access_token);
      expect(exp).toBeLessThanOrEqual(removedAt + freshSeconds);
      await sleep(200);
      answer = await session.call('POST', '/session/token', question);
    }
    expect(answer).toMatchObject({ status: 403, body: { error: 'access_denied' } });
  } finally {
    grace.groups.splice(0, grace.groups.length, ...before);
  }
  expect(await explain(...asked)).toMatchObject({
    code: 1,
    said: { allowed: false, check: 'groups', error: 'access_denied' },
  });
});
