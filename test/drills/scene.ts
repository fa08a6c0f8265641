import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { parse, stringify } from 'yaml';
import { cliFile } from '../../demo/program.ts';
import { type DemoUser, demoUsers } from '../../demo/users.ts';
import { allowDevice, beginDevice, pollDevice, refreshDevice } from '../e2e/kit/device-flow.ts';
import { type Replicas, startReplicas } from '../e2e/kit/replicas.ts';
import { createSessionClient } from '../e2e/kit/session-client.ts';

type Tree = Record<string, unknown>;

/** An installation: real broker processes, a real provider, and people who use it. */
export async function startScene(options: Partial<Parameters<typeof startReplicas>[0]> = {}) {
  const brokers = await startReplicas({ count: 1, lifetime: '5m', fresh: '15m', ...options });
  const { origins } = brokers;

  /** Runs `latchkey COMMAND` with the configuration of the first broker. */
  async function latchkey(...args: string[]): Promise<{ code: number; out: string; err: string }> {
    const argv = [cliFile, ...args, '--config', brokers.configFile(0)];
    const env = { ...process.env, ...brokers.env };
    try {
      const { stdout, stderr } = await promisify(execFile)(process.execPath, argv, {
        env,
        maxBuffer: 64 * 1024 * 1024,
      });
      return { code: 0, out: stdout, err: stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, out: stdout, err: stderr };
    }
  }

  /** A person with a browser, who has allowed the shop to read orders. */
  async function browser(user: DemoUser = demoUsers[0] as DemoUser, idp = origins.idp) {
    const session = await createSessionClient(origins.broker, undefined, idp);
    const { account } = await session.signIn(user.username, user.password);
    const asked = (origin: string) => ({ origin, resource: origins.api, scope: 'orders:read' });
    return {
      session,
      sub: account.sub,
      /** The shop asks for consent; the notes are granted by the administrator. */
      allowShop: async () => (await session.call('POST', '/session/consents', asked(origins.shop))).status,
      token: (site: 'shop' | 'notes' = 'notes', at?: string) =>
        session.call('POST', '/session/token', asked(origins[site]), at === undefined ? {} : { at }),
      status: async (site: 'shop' | 'notes' = 'notes', at?: string) =>
        (await session.call('POST', '/session/token', asked(origins[site]), at === undefined ? {} : { at })).status,
    };
  }

  /** A TV that a person has allowed. */
  async function device(user: DemoUser = demoUsers[0] as DemoUser) {
    const { user_code: userCode, device_code: deviceCode } = await beginDevice(origins.broker, 'tv');
    await allowDevice(origins, userCode, user);
    let { refresh_token: refreshToken } = (await pollDevice(origins.broker, 'tv', deviceCode)).body;
    return async () => {
      const { status, body } = await refreshDevice(origins.broker, 'tv', refreshToken);
      if (status === 200) refreshToken = body.refresh_token;
      return status;
    };
  }

  /** What a gateway is told about a token. */
  async function verify(token: string, at = origins.broker): Promise<number> {
    const query = new URLSearchParams({ resource: origins.api, scope: 'orders:read' });
    return (await fetch(`${at}/verify?${query}`, { headers: { authorization: `Bearer ${token}` } })).status;
  }

  /** The lines of one event in the first broker's log. */
  const logged = async (event: string): Promise<Tree[]> =>
    (await readFile(brokers.logFile(0), 'utf8'))
      .split('\n')
      .filter((line) => line.includes(`"${event}"`))
      .map((line) => JSON.parse(line));

  /** Changes the configuration of the first broker. It reads it at the next SIGHUP or start. */
  async function configure(change: (config: Tree) => void): Promise<void> {
    const config = parse(await readFile(brokers.configFile(0), 'utf8')) as Tree;
    change(config);
    await writeFile(brokers.configFile(0), stringify(config));
  }

  /** Sends SIGHUP, and waits for the answer in the log. @returns the event: `config_reloaded` or `config_refused` */
  async function reload(): Promise<string> {
    const count = async () => {
      const [reloaded, refused] = [await logged('config_reloaded'), await logged('config_refused')];
      return { reloaded: reloaded.length, refused: refused.length };
    };
    const before = await count();
    brokers.replicas[0]?.signal('SIGHUP');
    for (;;) {
      const now = await count();
      if (now.reloaded > before.reloaded) return 'config_reloaded';
      if (now.refused > before.refused) return 'config_refused';
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  const [first] = brokers.replicas;
  if (!first) throw new Error('no broker was started');
  return {
    brokers,
    first,
    origins,
    latchkey,
    browser,
    device,
    verify,
    logged,
    configure,
    reload,
    readyz: async () => {
      const answer = await fetch(`${first.adminOrigin}/readyz`);
      return { status: answer.status, body: (await answer.json()) as Tree };
    },
    close: () => brokers.close(),
  };
}

export type Scene = Awaited<ReturnType<typeof startScene>>;

/** Runs a drill in a scene, and ends all processes. */
export async function inScene(
  options: Parameters<typeof startScene>[0],
  run: (scene: Scene) => Promise<void>,
): Promise<void> {
  const scene = await startScene(options);
  try {
    await run(scene);
  } finally {
    await scene.close();
  }
}

export const grace = demoUsers[1] as DemoUser;
export type { Replicas };
