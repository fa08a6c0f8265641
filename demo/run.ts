import { setTimeout as sleep } from 'node:timers/promises';
import { hasDisplay } from './browser/display.ts';
import type { BrowserName } from './browser/install.ts';
import { deviceClients } from './config.ts';
import { openForPerson } from './open.ts';
import type { DemoOptions } from './options.ts';
import { playTour } from './play/tour.ts';
import { claimRow } from './ports.ts';
import { type Demo, startDemo } from './stack.ts';
import { StartError } from './start-error.ts';
import { stopSignal } from './stop-signal.ts';
import { demoUsers } from './users.ts';
import { greeting } from './words.ts';

/** Starts the demo, does what the options ask for, and stops it. Resolves after a signal or the end of the tour. */
export async function runDemo(options: DemoOptions, say: (line: string) => void): Promise<void> {
  const stop = stopSignal();
  const ports = await claimRow(options.port);
  const demo = await startDemo({ ports, dir: options.dir, now: Date.now, log: say });
  try {
    await Promise.race([play(options, demo, stop, say), aborted(stop), brokerFailure(demo, stop)]);
  } finally {
    await demo.close();
  }
}

async function play(options: DemoOptions, demo: Demo, stop: AbortSignal, say: (line: string) => void): Promise<void> {
  if (options.tour) return tour(demo, options, stop);
  if (options.json) {
    console.log(JSON.stringify(summary(demo)));
  } else {
    const opens = options.opens && hasDisplay(process.platform, process.env);
    if (options.opens && !opens) await tour(demo, options, stop);
    console.log(greeting(demo, options.browser, opens));
    if (opens) await openBrowser(demo, options.browser, stop, say);
  }
  await aborted(stop);
}

const tour = (demo: Demo, { browser }: DemoOptions, stop: AbortSignal): Promise<void> =>
  playTour(demo, { browser, now: Date.now, say: console.log, stop });

async function openBrowser(
  demo: Demo,
  browser: BrowserName,
  stop: AbortSignal,
  say: (line: string) => void,
): Promise<void> {
  const { ended, close } = await openForPerson[browser](demo);
  stop.addEventListener('abort', () => void close());
  void ended.then(() => {
    if (!stop.aborted) say('The browser is closed. The demo runs on until Ctrl-C.');
  });
}

/** The facts that programs need to drive the demo. */
const summary = ({ origins, state, extensionDir }: Demo) => ({
  idp: origins.idp,
  broker: origins.broker,
  sites: [origins.shop, origins.notes],
  api: origins.api,
  config: state.configFile,
  extension: { chrome: extensionDir },
  users: demoUsers.map(({ username, password, groups }) => ({ username, password, groups })),
  device_clients: deviceClients,
});

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

async function brokerFailure(demo: Demo, stop: AbortSignal): Promise<never> {
  await demo.brokerEnded;
  // With Ctrl-C, the terminal also signals the broker, which may exit first.
  await Promise.race([aborted(stop), sleep(500)]);
  if (stop.aborted) return new Promise(() => undefined);
  throw new StartError(`The broker has ended by itself. Its log: ${demo.state.brokerLog}`);
}
