import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { upstreamName } from '../../demo/config.ts';
import { clientSecret, type Replicas, startReplicas } from './kit/replicas.ts';

/** The client secret at the provider is replaced while the broker runs. */

let accepted = [clientSecret];
let broker: Replicas;
const freshMs = 2_000;

beforeAll(async () => {
  broker = await startReplicas({
    count: 1,
    lifetime: '2s',
    fresh: '2s',
    acceptedSecrets: () => accepted,
  });
});
afterAll(() => broker?.close());

const logged = async (event: string) =>
  (await readFile(broker.logFile(0), 'utf8'))
    .split('\n')
    .filter((line) => line.includes(`"${event}"`))
    .map((line) => JSON.parse(line));

/** Writes the secrets to files, the new one first, and reloads the configuration. */
async function configure(...secrets: string[]): Promise<void> {
  const names = secrets.map((_, index) => `./secret-${index}`);
  for (const [index, secret] of secrets.entries()) await writeFile(join(broker.dir, `secret-${index}`), secret);
  const file = await readFile(broker.configFile(0), 'utf8');
  const list = `client_secret_file: [${names.join(', ')}]`;
  await writeFile(broker.configFile(0), file.replace(/client_secret_file: (?:\[.*\]|\S+)/, list));
  const before = (await logged('config_reloaded')).length;
  broker.replicas[0]?.signal('SIGHUP');
  await expect.poll(async () => (await logged('config_reloaded')).length).toBe(before + 1);
}

it('is replaced without a gap: both at once, and the broker uses the one that is accepted', async () => {
  const person = await broker.signIn();
  const accept = async (...secrets: string[]) => {
    accepted = secrets;
  };
  const steps: [string, () => Promise<void>][] = [
    ['the broker has both, the provider the old one', () => configure('the-new-secret', clientSecret)],
    ['the provider has both', () => accept('the-new-secret', clientSecret)],
    ['the provider has the new one', () => accept('the-new-secret')],
    ['the broker has the new one', () => configure('the-new-secret')],
  ];
  for (const [name, step] of steps) {
    await step();
    await sleep(freshMs + 100);
    const rotations = broker.idp.counts.rotations;
    expect((await person.token()).status, name).toBe(200);
    expect(broker.idp.counts.rotations, name).toBe(rotations + 1);
    expect((await (await broker.signIn()).token()).status, name).toBe(200);
  }
  expect((await logged('client_credentials_refused')).map(({ upstream, used }) => [upstream, used])).toEqual([
    [upstreamName, 'second'],
    [upstreamName, 'first'],
  ]);
  expect(await logged('upstream_misconfigured')).toEqual([]);
});

it('that is wrong costs nobody a sign-in: tokens are back after the next reload', async () => {
  const person = await broker.signIn();
  await configure('a-typo');
  await sleep(freshMs + 100);
  const refused = await person.token();
  expect(refused).toMatchObject({ status: 503, body: { error: 'temporarily_unavailable' } });
  expect((await logged('upstream_misconfigured')).at(-1)?.cure).toContain('reload the configuration with SIGHUP');
  await configure(...accepted);
  await expect.poll(async () => (await person.token()).status, { timeout: 60_000, interval: 500 }).toBe(200);
});
