import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { parseConfig } from '../../../broker/config/load.ts';
import { examine } from '../../../broker/doctor/doctor.ts';
import type { Finding } from '../../../broker/doctor/finding.ts';
import { initRing } from '../../../broker/keys/ring.ts';
import { createLog } from '../../../broker/log.ts';
import { type RunningBroker, startBroker } from '../../../broker/serve.ts';
import { demoConfig, upstreamName } from '../../../demo/config.ts';
import { createIdp } from '../../../demo/idp/idp.ts';
import { originsOf, type Part } from '../../../demo/ports.ts';
import { type Listening, serve } from '../../../demo/serve.ts';
import { demoUsers } from '../../../demo/users.ts';
import { redirectUri } from '../kit/broker.ts';
import { freePorts } from '../kit/ports.ts';
import { createVisitor, type Visit } from '../kit/visitor.ts';

export type Tree = Record<string, unknown>;
/** Answers a request to the provider in its place. @returns whether it did */
export type Trouble = (request: IncomingMessage, response: ServerResponse) => boolean;

const secret = 'a-secret-of-this-test-only';

/** A broker, a real provider in front of which anything can go wrong, and a person who signs in. All on loopback. */
export interface Scene {
  ports: Record<Part, number>;
  origins: ReturnType<typeof originsOf>;
  dir: string;
  /** The configuration. Change it before the broker starts. */
  tree: Tree & { upstreams: Record<string, Tree> };
  /** The provider's part of it. */
  upstream: Tree;
  /** What the broker has logged. */
  logged: string[];
  /** Has requests to the provider go wrong from now on. */
  interfere(trouble: Trouble): void;
  /** Called at the end, in reverse order. */
  defer(close: () => unknown): void;
  startProvider(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** What `latchkey doctor` finds with the configuration as it is. */
  doctor(): Promise<Finding[]>;
  /** A person opens `/account`, and signs in if the provider lets them. @returns the last page, or why there is none */
  signIn(): Promise<Visit | { error: unknown }>;
  close(): Promise<void>;
}

export async function openScene(): Promise<Scene> {
  await using opened = new AsyncDisposableStack();
  const ports = await freePorts();
  const origins = originsOf(ports);
  const dir = await mkdtemp(join(tmpdir(), 'latchkey-faults-'));
  opened.defer(() => rm(dir, { recursive: true, force: true }));
  initRing(join(dir, 'keys'), Date.now());
  await writeFile(join(dir, 'client-secret'), secret);

  const tree: Scene['tree'] = parse(demoConfig(ports));
  const upstream = tree.upstreams[upstreamName] as Tree;
  Object.assign(upstream, { preset: 'oidc-provider', refresh_leeway: '10s' });
  Object.assign(tree.extension as Tree, { firefox_ids: [] });
  for (const resource of Object.values(tree.resources as Record<string, Tree>)) resource.groups = 'used';

  let trouble: Trouble = () => false;
  let idp: Listening | undefined;
  let broker: RunningBroker | undefined;
  const logged: string[] = [];
  opened.defer(() => idp?.close());
  opened.defer(() => broker?.close());
  const closing = opened.move();
  const publicOrigin = () => String(tree.issuer);
  const config = () => parseConfig(stringify(tree), join(dir, 'latchkey.yaml'), {});

  const scene: Scene = {
    ports,
    origins,
    dir,
    tree,
    upstream,
    logged,
    interfere(next) {
      trouble = next;
    },
    defer: (close) => void closing.defer(async () => void (await close())),
    async startProvider() {
      // The provider learns the broker's address only now: a fault may have changed it.
      const provider = await createIdp({
        issuer: origins.idp,
        client: {
          id: 'latchkey-broker',
          secret,
          redirectUris: [redirectUri, `${publicOrigin()}/callback`],
          postLogoutRedirectUris: [],
        },
        users: demoUsers,
        now: Date.now,
        refreshLeewayMs: 10_000,
        log: () => undefined,
      });
      idp = await serve((req, res) => void (trouble(req, res) || provider.handler(req, res)), ports.idp);
    },
    async start() {
      broker = await startBroker(config(), createLog({ write: (line) => void logged.push(line) }));
    },
    async stop() {
      await broker?.close();
      broker = undefined;
    },
    async doctor() {
      const findings: Finding[] = [];
      const deps = { fetch: globalThis.fetch, now: () => Date.now(), holdMs: 1_500 };
      for await (const finding of examine(deps, config())) findings.push(finding);
      return findings;
    },
    async signIn() {
      const person = createVisitor([publicOrigin(), origins.idp]);
      try {
        const page = await person.visit(`${publicOrigin()}/account`);
        const isForm = page.ended && page.url.origin === origins.idp && page.text.includes('name="password"');
        return isForm ? await person.visit(page.url, { username: 'ada', password: 'engine-1843' }) : page;
      } catch (error) {
        return { error };
      }
    },
    close: () => closing.disposeAsync(),
  };
  return scene;
}
