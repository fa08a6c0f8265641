import cluster from 'node:cluster';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import type { Config } from '../config/types.ts';
import { createLog, joinedWrites, type Log } from '../log.ts';
import { type RunningBroker, startBroker } from '../serve.ts';
import { brokerVersion } from '../store/broker-version.ts';
import { isShared } from '../store/open.ts';
import { StoreUnavailableError } from '../store/store.ts';
import { trustCertificates } from '../trusted-certificates.ts';
import { serveWithWorkers } from '../workers/serve-with-workers.ts';
import { isWorker, leaveSupervisor, reportToSupervisor } from '../workers/worker.ts';
import { wholeConfigOf } from './config-option.ts';
import { operatorOf } from './operator.ts';
import { UsageError } from './usage-error.ts';

/** More than any machine has use for: each opens up to eleven connections to the database. */
const mostWorkers = 64;

/** What `--help` prints. */
export const usage = `Usage: latchkey serve [--config FILE] [--workers N]

Run the broker until SIGTERM or SIGINT. SIGHUP makes it read the configuration and the key file again.

  --config FILE   configuration file (default: latchkey.yaml, env: LATCHKEY_CONFIG)
  --workers N     processes that answer requests, 1 to ${mostWorkers}; more than one needs PostgreSQL (default: 1)
`;

/** POSIX lets several processes write to a pipe without mixing their lines, up to this many bytes at a time. */
const pipeBytes = 4_096;

/**
 * `latchkey serve`: runs until SIGTERM or SIGINT, then finishes pending requests. SIGHUP rereads the configuration and
 * the key file. With `--workers`, this process supervises others, which run the same command.
 *
 * @returns the exit code
 * @throws {UsageError} several workers are asked for, and the store is a file
 */
export async function serve(argv: readonly string[]): Promise<number> {
  const { file, workers } = optionsOf(argv);
  const read = (): Config => wholeConfigOf(file);
  const config = read();
  trustCertificates(config.tls);
  // From the beginning: as the first process of a container, it would ignore signals that it has no handler for.
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    // A worker can get a signal twice: from whoever signals the whole group, and from its supervisor.
    process[isWorker() ? 'on' : 'once'](signal, () => stop.abort());
  }
  const log = createLog(joinedWrites(process.stdout, workers > 1 ? { longest: pipeBytes } : {}));
  if (workers === 1 || isWorker()) return serveAlone({ config, log, stop: stop.signal, read });
  if (!isShared(config.store)) {
    throw new UsageError(
      '--workers needs a store on PostgreSQL: only one broker can run on a SQLite file (docs/operations.md, Workers)',
    );
  }
  if (cluster.isWorker) {
    throw new UsageError(
      "--workers can't be used inside a process manager's cluster mode, such as pm2's. Use one of the two",
    );
  }
  const reload = (reloadAll: () => void): void => void process.on('SIGHUP', reloadAll);
  return serveWithWorkers({ count: workers, config, read, log, stop: stop.signal, reload });
}

async function serveAlone({
  config,
  log,
  stop,
  read,
}: {
  config: Config;
  log: Log;
  stop: AbortSignal;
  read: () => Config;
}): Promise<number> {
  const options = {
    stop,
    env: process.env,
    version: brokerVersion,
    operator: operatorOf(undefined),
    hasAdmin: !isWorker(),
  };
  const starting = startBroker(config, log, options);
  process.on(
    'SIGHUP',
    () =>
      void starting.then(
        (broker) => reload(broker, read),
        () => undefined,
      ),
  );
  let broker: RunningBroker;
  try {
    broker = await starting;
  } catch (error) {
    leaveSupervisor();
    // Told to stop while it waited for the store.
    if (stop.aborted && error instanceof StoreUnavailableError) return 0;
    throw error;
  }
  if (isWorker()) reportToSupervisor(broker);
  if (!stop.aborted) await once(stop, 'abort');
  await broker.close();
  leaveSupervisor();
  return 0;
}

function reload(broker: RunningBroker, read: () => Config): void {
  broker.reloadKeys();
  broker.reloadConfig(read);
}

function optionsOf(argv: readonly string[]): { file: string | undefined; workers: number } {
  const { values } = parseArgs({
    args: [...argv],
    options: { config: { type: 'string' }, workers: { type: 'string', default: '1' } },
  });
  if (!/^[1-9]\d{0,2}$/.test(values.workers) || Number(values.workers) > mostWorkers)
    throw new UsageError(`--workers takes a whole number from 1 to ${mostWorkers}`);
  return { file: values.config, workers: Number(values.workers) };
}
