import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findChromium, NoBrowserError } from './browser/find.ts';
import { launchBrowser } from './browser/launch.ts';
import { deviceClients } from './config.ts';
import { type DemoOptions, parseOptions, UsageError, usage } from './options.ts';
import { playTour, TourError } from './play/tour.ts';
import { claimRow, PortTakenError } from './ports.ts';
import { type Demo, startDemo } from './stack.ts';
import { demoUsers } from './users.ts';
import { greeting } from './words.ts';

const say = (line: string): void => console.error(line);

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) {
    console.log(usage);
    return 0;
  }
  const stop = stopSignal();
  const ports = await claimRow(options.port);
  const demo = await startDemo({ ports, dir: options.dir, now: Date.now, log: say });
  try {
    return await Promise.race([run(options, demo, stop), brokerFailure(demo, stop)]);
  } finally {
    await demo.close();
  }
}

async function run(options: DemoOptions, demo: Demo, stop: AbortSignal): Promise<number> {
  const canShow = hasDisplay();
  if (options.json) {
    console.log(JSON.stringify(summary(demo)));
  } else if (options.tour) {
    await tour(demo);
    return 0;
  } else {
    if (!canShow) await tour(demo);
    console.log(greeting(demo, canShow && options.browser));
    if (canShow && options.browser) await openBrowser(demo, stop);
  }
  await aborted(stop);
  return 0;
}

const tour = async (demo: Demo): Promise<void> =>
  playTour(demo, { executable: await findChromium(), now: Date.now, say: console.log });

async function openBrowser(demo: Demo, stop: AbortSignal): Promise<void> {
  const context = await launchBrowser({
    executable: await findChromium(),
    extensionDir: demo.extensionDir,
    profileDir: join(demo.state.dir, 'profile'),
    headless: false,
  });
  stop.addEventListener('abort', () => void context.close());
  const [first = await context.newPage()] = context.pages();
  await first.goto(demo.origins.shop);
  await (await context.newPage()).goto(demo.origins.notes);
  await first.bringToFront();
}

/** What programs that drive the demo need to know. */
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

const hasDisplay = (): boolean =>
  process.platform === 'darwin' ||
  process.platform === 'win32' ||
  Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);

function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => controller.abort());
  return controller.signal;
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

async function brokerFailure(demo: Demo, stop: AbortSignal): Promise<number> {
  await demo.brokerEnded;
  // With Ctrl-C the terminal tells the broker too, and it may be the first to go.
  await Promise.race([aborted(stop), sleep(500)]);
  if (stop.aborted) return 0;
  throw new Error(`The broker has ended by itself. Its log: ${demo.state.brokerLog}`);
}

try {
  process.exitCode = await main();
} catch (error) {
  if (error instanceof UsageError) {
    say(`${error.message}\n\n${usage}`);
    process.exitCode = 2;
  } else {
    const expected = error instanceof PortTakenError || error instanceof NoBrowserError || error instanceof TourError;
    say(error instanceof Error ? (expected ? error.message : (error.stack ?? error.message)) : String(error));
    process.exitCode = 1;
  }
}
