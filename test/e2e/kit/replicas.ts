import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { initRing } from '../../../broker/keys/ring.ts';
import { demoConfig, upstreamName } from '../../../demo/config.ts';
import { createIdp } from '../../../demo/idp/idp.ts';
import { originsOf } from '../../../demo/ports.ts';
import { serve } from '../../../demo/serve.ts';
import { type DemoUser, demoUsers } from '../../../demo/users.ts';
import { redirectUri } from './broker.ts';
import { freePorts } from './ports.ts';
import { withSecrets } from './provider-secrets.ts';
import { createReplica, type Replica } from './replica.ts';
import { roundRobin } from './round-robin.ts';
import { createSessionClient } from './session-client.ts';
import { type Trouble, unreliable } from './unreliable.ts';

type Tree = Record<string, unknown>;

interface ReplicasOptions {
  count: number;
  /** The store, as configured. Defaults to a new SQLite file. */
  store?: string | undefined;
  /** Whether the provider rotates refresh tokens. Defaults to true. */
  rotates?: boolean | undefined;
  /** How long the provider still accepts a rotated refresh token. */
  leewayMs?: number | undefined;
  /** Lifetime of tokens and of the provider's claims, as configured. */
  lifetime?: string | undefined;
  fresh?: string | undefined;
  /** Decides how the provider handles the next token request. */
  trouble?: (() => Trouble) | undefined;
  adjust?: ((config: Tree) => void) | undefined;
  users?: readonly DemoUser[] | undefined;
  /** The client secrets that the provider accepts. Defaults to the correct one. */
  acceptedSecrets?: (() => readonly string[]) | undefined;
  /** Environment variables for the broker processes, in addition to ours. */
  env?: Record<string, string> | undefined;
  /** The program that a replica runs from its next start on. Defaults to this build's. */
  program?: ((index: number) => string | undefined) | undefined;
  /** Processes of each broker (`--workers`). Defaults to one, without the option. */
  workers?: number | undefined;
}

/** The secret that brokers have at their first start. */
export const clientSecret = 'a-secret-of-this-test-only';

/**
 * Starts real broker processes on one store, with one issuer behind a round-robin proxy, and a provider in this
 * process. The provider rotates refresh tokens and accepts a rotated one within the leeway. After that, reuse ends the
 * grant.
 */
export async function startReplicas({
  count,
  store,
  rotates,
  leewayMs = 30_000,
  lifetime = '10s',
  fresh = '15s',
  trouble = () => ({}),
  adjust = () => {},
  users = demoUsers,
  acceptedSecrets = () => [clientSecret],
  env,
  program,
  workers,
}: ReplicasOptions) {
  const ports = await freePorts();
  const origins = originsOf(ports);
  const dir = await mkdtemp(join(tmpdir(), 'latchkey-replicas-'));
  const secret = clientSecret;
  const idp = await createIdp({
    issuer: origins.idp,
    client: {
      id: 'latchkey-broker',
      secret,
      redirectUris: [redirectUri, `${origins.broker}/callback`],
      postLogoutRedirectUris: [],
      backchannelLogoutUri: `${origins.broker}/hooks/${upstreamName}/backchannel-logout`,
    },
    users,
    now: Date.now,
    log: (line) => process.stderr.write(`${line}\n`),
    rotates,
    refreshLeewayMs: leewayMs,
  });
  const handler = withSecrets(idp.handler, secret, acceptedSecrets);
  const idpServer = await serve(unreliable(handler, trouble), ports.idp);
  const keysFile = join(dir, 'keys');
  initRing(keysFile, Date.now());
  const setSecret = (text: string) => writeFile(join(dir, 'client-secret'), text);
  await setSecret(secret);

  const brokerEnv = { ...env, ...(store === undefined ? {} : { LATCHKEY_STORE: store }) };
  const replicas: Replica[] = [];
  const targets: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const { broker: port, admin: adminPort } = await freePorts();
    const config = parse(demoConfig(ports)) as Tree & {
      upstreams: Record<string, Tree>;
      resources: Record<string, Tree>;
    };
    config.listen = `127.0.0.1:${port}`;
    config.admin_listen = `127.0.0.1:${adminPort}`;
    // A configuration file must not contain a database password.
    if (store !== undefined) config.store = '${LATCHKEY_STORE}';
    Object.assign(config.upstreams[upstreamName] ?? {}, { refresh_leeway: `${leewayMs / 1_000}s` });
    Object.assign(config.resources[origins.api] ?? {}, { lifetime, fresh });
    adjust(config);
    const configFile = join(dir, `latchkey-${index}.yaml`);
    await writeFile(configFile, stringify(config));
    replicas.push(
      createReplica({
        configFile,
        logFile: join(dir, `broker-${index}.log`),
        port,
        adminPort,
        env: brokerEnv,
        program: () => program?.(index),
        options: workers === undefined ? [] : ['--workers', String(workers)],
      }),
    );
    targets.push(port);
  }
  const proxy = await roundRobin(ports.broker, targets);
  const close = async () => {
    await Promise.all(replicas.map((replica) => replica.stop('SIGKILL')));
    await proxy.close();
    await idpServer.close();
    await rm(dir, { recursive: true, force: true });
  };
  try {
    await Promise.all(replicas.map((replica) => replica.start()));
  } catch (error) {
    await close();
    throw error;
  }

  return {
    origins,
    dir,
    keysFile,
    configFile: (index: number) => join(dir, `latchkey-${index}.yaml`),
    /** The environment variables that a command needs to read the configuration. */
    env: brokerEnv,
    logFile: (index: number) => join(dir, `broker-${index}.log`),
    idp,
    replicas,
    /** Sets the client secret that the brokers use from their next start on. Defaults to the correct one. */
    setSecret: (text = secret) => setSecret(text),
    close,
    /** A signed-in user, who can send requests to any replica. */
    async signIn(user: DemoUser = users[0] as DemoUser) {
      const session = await createSessionClient(origins.broker, undefined, origins.idp);
      await session.signIn(user.username, user.password);
      return {
        session,
        /** Requests a token for the notes site. @param at origin of a replica. Defaults to the proxy's choice */
        token: (at?: string, signal?: AbortSignal) =>
          session.call(
            'POST',
            '/session/token',
            { origin: origins.notes, resource: origins.api, scope: 'orders:read' },
            { ...(at === undefined ? {} : { at }), ...(signal === undefined ? {} : { signal }) },
          ),
      };
    },
  };
}

export type SignedIn = Awaited<ReturnType<Replicas['signIn']>>;
export type Replicas = Awaited<ReturnType<typeof startReplicas>>;
