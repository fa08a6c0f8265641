import { execFileSync, spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { cliFile } from '../../demo/program.ts';
import { demoUsers } from '../../demo/users.ts';
import { postForm } from './kit/device-flow.ts';
import { openEvents } from './kit/event-stream.ts';
import { type Postgres, startPostgres } from './kit/postgres.ts';
import { type Replicas, startReplicas } from './kit/replicas.ts';

const workers = 2;
const [ada] = demoUsers;
if (!ada) throw new Error('the demo has no people');

describe('latchkey serve --workers 2', () => {
  let postgres: Postgres;
  let brokers: Replicas;
  beforeAll(async () => {
    postgres = await startPostgres();
    brokers = await startReplicas({
      count: 1,
      store: postgres.url,
      workers,
      lifetime: '5m',
      fresh: '1h',
      // The budgets of an installation.
      adjust: (config) => Object.assign(config, { rate_limit_factor: 1 }),
    });
  });
  afterAll(async () => {
    await brokers?.close();
    await postgres?.close();
  });

  const supervisor = () => {
    const [replica] = brokers.replicas;
    if (!replica) throw new Error('no broker was started');
    return replica;
  };
  const pids = (): number[] =>
    execFileSync('pgrep', ['-P', String(supervisor().pid)], { encoding: 'utf8' })
      .trim()
      .split('\n')
      .map(Number);
  const admin = async (path: string) => {
    const answer = await fetch(`${supervisor().adminOrigin}${path}`);
    return { status: answer.status, text: await answer.text() };
  };
  const serving = async (): Promise<number> => JSON.parse((await admin('/readyz')).text).workers?.serving ?? 0;
  const counted = async (name: RegExp): Promise<number> =>
    [...(await admin('/metrics')).text.matchAll(name)].reduce((sum, [, value]) => sum + Number(value), 0);
  const tokens = () => counted(/^latchkey_access_tokens_total\{kind="session"\} (\d+)$/gm);

  it('is one broker with one address, and its metrics are added up', async () => {
    // The broker is ready once one of them serves.
    await expect.poll(serving).toBe(workers);
    expect(pids()).toHaveLength(workers);
    expect(JSON.parse((await admin('/readyz')).text)).toMatchObject({
      ready: true,
      store: 'answers',
      workers: { configured: workers, serving: workers },
    });
    const before = await tokens();
    const { token } = await brokers.signIn();
    const answers = await Promise.all(Array.from({ length: 20 }, () => token()));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect(await tokens()).toBe(before + 20);
    expect(await counted(/^latchkey_build_info\{.*\} (\d+)$/gm)).toBe(1);
    expect(JSON.parse((await admin('/openapi.json')).text).servers).toEqual([{ url: brokers.origins.broker }]);
  });

  it('counts budgets over all workers', async () => {
    const ask = () => postForm(`${supervisor().origin}/device_authorization`, { client_id: 'tv' });
    const answers = await Promise.all(Array.from({ length: 45 }, ask));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(30);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(15);
  });

  it('tells the browsers at every worker of a revocation', async () => {
    const people = await Promise.all(Array.from({ length: 4 }, () => brokers.signIn(ada)));
    const at = supervisor().origin;
    const streams = await Promise.all(people.map(({ session }) => openEvents(session, brokers.origins.broker, { at })));
    await Promise.all(streams.map((stream) => stream.connected()));
    await expect.poll(() => counted(/^latchkey_event_streams (\d+)$/gm)).toBe(streams.length);
    await brokers.idp.endSessionsOf(ada.username);
    for (const stream of streams) expect(await stream.ended).toEqual(['revoked']);
    for (const { token } of people) expect((await token()).status).toBe(401);
  });

  it('lose nothing with a worker that is killed, and replace it', async () => {
    const { token } = await brokers.signIn();
    const before = await tokens();
    const old = pids();
    // A connection to the killed worker breaks; the client asks once more, as browsers do.
    const patient = () => token(supervisor().origin).catch(() => token(supervisor().origin));
    const answers = Array.from({ length: 10 }, patient);
    process.kill(old[0] ?? 0, 'SIGKILL');
    answers.push(...Array.from({ length: 30 }, patient));
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(Array(40).fill(200));
    await expect.poll(serving).toBe(workers);
    const now = pids();
    expect(now).toHaveLength(workers);
    expect(now).not.toContain(old[0]);
    expect(now).toContain(old[1]);
    expect(await tokens()).toBeGreaterThanOrEqual(before);
  });

  it('stay as they are while the file has a change that needs a restart', async () => {
    const file = brokers.configFile(0);
    const before = await readFile(file, 'utf8');
    const [old = 0] = pids();
    await writeFile(file, stringify({ ...parse(before), keep_alive: '71s' }));
    process.kill(old, 'SIGKILL');
    const log = () => readFile(brokers.logFile(0), 'utf8');
    await expect.poll(log).toMatch(/"event":"config_refused","path":"keep_alive"/);
    expect(await serving()).toBe(workers - 1);
    expect(await counted(/^latchkey_workers_missing (\d+)$/gm)).toBe(1);
    await writeFile(file, before);
    await expect.poll(serving).toBe(workers);
  });

  it('read the configuration again together, and end together', async () => {
    const old = pids();
    supervisor().signal('SIGHUP');
    const reloads = async () =>
      (await readFile(brokers.logFile(0), 'utf8')).match(/"event":"config_reloaded"/g)?.length ?? 0;
    await expect.poll(reloads).toBe(workers);
    expect(pids()).toEqual(old);
    expect(await supervisor().stop('SIGTERM')).toEqual({ code: 0 });
    for (const pid of old) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });
});

describe('a broker with SQLite', () => {
  let brokers: Replicas;
  beforeAll(async () => {
    brokers = await startReplicas({ count: 1 });
  });
  afterAll(() => brokers?.close());

  it.each([
    ['2', '--workers needs a store on PostgreSQL'],
    ['0', '--workers takes a whole number from 1 to 64'],
    ['two', '--workers takes a whole number from 1 to 64'],
  ])('refuses --workers %s', (count, reason) => {
    const args = [cliFile, 'serve', '--config', brokers.configFile(0), '--workers', count];
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    expect([status, stderr]).toEqual([2, expect.stringContaining(reason)]);
  });
});
