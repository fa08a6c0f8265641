import { writeFile } from 'node:fs/promises';
import { type RunningBroker, startBroker } from '../demo/broker.ts';
import { brokerAsClient } from '../demo/broker-as-client.ts';
import { createIdp } from '../demo/idp/idp.ts';
import { serve } from '../demo/serve.ts';
import { StartError } from '../demo/start-error.ts';
import { prepareFolder } from '../demo/state.ts';
import { brokerConfig, originsOf, type Ports, upstreamName } from './broker-config.ts';
import { prepareExtension } from './extension/prepare.ts';
import type { Settings } from './settings.ts';

export interface StackOptions {
  ports: Ports;
  /** The folder of the state. */
  dir: string;
  settings: Settings;
  now: () => number;
  /** Receives one line of progress. */
  log: (line: string) => void;
}

/** A running provider and broker, and the extension for them. */
export interface Stack {
  broker: string;
  brokerLog: string;
  /** The folder of `chrome/` and `firefox/`. */
  extensionDir: string;
  /** Exact origins of the pages. */
  sites(): string[];
  /**
   * Puts other settings into effect, with a restart of the broker. Sign-ins stay.
   *
   * @returns whether there are other sites, so that the extension is another one
   * @throws {StartError} if the broker refuses them. It is then stopped until they are better
   */
  apply(settings: Settings): Promise<{ sitesChanged: boolean }>;
  /** Rejects when the broker has ended by itself. */
  failure: Promise<never>;
  close(): Promise<void>;
}

/** Starts the provider in this process and the broker in another, and makes the extension. @throws {StartError} */
export async function startStack({ ports, dir, settings, now, log }: StackOptions): Promise<Stack> {
  const origins = originsOf(ports);
  const state = await prepareFolder(dir, brokerConfig(ports, settings));
  const users = [...settings.users];
  let sites = Object.keys(settings.sections.origins);
  let running: RunningBroker | undefined;
  const { promise: failure, reject: fail } = Promise.withResolvers<never>();
  // Whoever waits for it hears of it; before that, nobody does.
  failure.catch(() => undefined);

  const idp = await createIdp({
    issuer: origins.idp,
    client: brokerAsClient(origins.broker, upstreamName, state.clientSecret),
    users,
    now,
    log,
  });
  const provider = await serve(idp.handler, ports.idp);
  const close = async (): Promise<void> => {
    await stopBroker();
    await provider.close();
  };
  try {
    await runBroker();
    const extensionDir = await extension();
    return {
      broker: origins.broker,
      brokerLog: state.brokerLog,
      extensionDir,
      sites: () => sites,
      apply,
      failure,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }

  async function runBroker(): Promise<void> {
    const started = await startBroker(state, origins.broker);
    running = started;
    void started.ended.then(() => {
      if (running !== started) return;
      fail(new StartError(`The broker has ended by itself. Its log: ${state.brokerLog}`));
    });
  }

  async function stopBroker(): Promise<void> {
    const stopping = running;
    running = undefined;
    await stopping?.close();
  }

  async function apply(wanted: Settings): Promise<{ sitesChanged: boolean }> {
    users.splice(0, users.length, ...wanted.users);
    await stopBroker();
    await writeFile(state.configFile, brokerConfig(ports, wanted));
    await runBroker();
    const before = sites;
    sites = Object.keys(wanted.sections.origins);
    const sitesChanged = before.toSorted().join() !== sites.toSorted().join();
    if (sitesChanged) await extension();
    return { sitesChanged };
  }

  function extension(): Promise<string> {
    return prepareExtension(state, { broker: origins.broker, sites });
  }
}
