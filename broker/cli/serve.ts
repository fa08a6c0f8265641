import { once } from 'node:events';
import { createLog, joinedWrites } from '../log.ts';
import { type RunningBroker, startBroker } from '../serve.ts';
import { brokerVersion } from '../store/broker-version.ts';
import { StoreUnavailableError } from '../store/store.ts';
import { trustCertificates } from '../trusted-certificates.ts';
import { configFrom } from './config-option.ts';
import { operatorOf } from './operator.ts';

/** What `--help` prints. */
export const usage = `Usage: latchkey serve [--config FILE]

Run the broker until SIGTERM or SIGINT. SIGHUP makes it read the configuration and the key file again.

  --config FILE   configuration file (default: latchkey.yaml, env: LATCHKEY_CONFIG)
`;

/** `latchkey serve`: runs until SIGTERM or SIGINT, then finishes pending requests. SIGHUP rereads the configuration and the key file. */
export async function serve(argv: readonly string[]): Promise<number> {
  const config = configFrom(argv);
  trustCertificates(config.tls);
  // From the beginning: as the first process of a container, it would ignore signals that it has no handler for.
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort());
  const starting = startBroker(config, createLog(joinedWrites(process.stdout)), {
    stop: stop.signal,
    env: process.env,
    version: brokerVersion,
    operator: operatorOf(undefined),
  });
  process.on(
    'SIGHUP',
    () =>
      void starting.then(
        (broker) => reload(broker, argv),
        () => undefined,
      ),
  );
  let broker: RunningBroker;
  try {
    broker = await starting;
  } catch (error) {
    // Told to stop while it waited for the store.
    if (stop.signal.aborted && error instanceof StoreUnavailableError) return 0;
    throw error;
  }
  if (!stop.signal.aborted) await once(stop.signal, 'abort');
  await broker.close();
  return 0;
}

function reload(broker: RunningBroker, argv: readonly string[]): void {
  broker.reloadKeys();
  broker.reloadConfig(() => configFrom(argv));
}
