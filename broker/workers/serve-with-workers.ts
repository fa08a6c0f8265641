import cluster from 'node:cluster';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { replaceConfig } from '../config/reload-config.ts';
import { reloadableConfig } from '../config/reloadable-config.ts';
import type { Config } from '../config/types.ts';
import { openListener } from '../listener.ts';
import type { Log } from '../log.ts';
import { createMetricsSum } from '../metrics/metrics-sum.ts';
import { createSupervisor, type WorkerProcess } from './supervisor.ts';
import { createSupervisorAdmin } from './supervisor-admin.ts';
import { workerVariable } from './worker.ts';

/**
 * Runs several brokers behind one listening socket, until `stop`. They are replicas on one machine: each opens the store
 * by itself, and they share nothing else. This process accepts connections, hands them on in turn, and answers on
 * `admin_listen`.
 *
 * @param read reads the configuration anew. A worker that replaces another is started only if this process and the other
 *   workers could take it without a restart, too
 * @param reload is called with what makes all workers read the configuration again
 * @returns the exit code
 * @throws {Error} the admin listener's
 */
export async function serveWithWorkers({
  count,
  config,
  read,
  log,
  stop,
  reload,
}: {
  count: number;
  config: Config;
  read: () => Config;
  log: Log;
  stop: AbortSignal;
  reload: (reloadAll: () => void) => void;
}): Promise<number> {
  const sum = createMetricsSum(count);
  const live = reloadableConfig(config);
  const supervisor = createSupervisor({
    count,
    fork() {
      const changed = replaceConfig(live, read, log);
      if (!changed) throw new Error('the configuration was refused');
      // The worker that starts reads the file as it is now, and all are to have the same configuration.
      if (changed.length > 0) supervisor.reload();
      return fork();
    },
    log,
    sleep: (ms) => sleep(ms, undefined, { ref: false }),
    onEnded: sum.ended,
  });
  const app = createSupervisorAdmin({ supervisor, sum, count, config });
  const admin = await openListener((request, env) => app.fetch(request, env), config.adminListen, config);
  reload(() => supervisor.reload());
  const stopped = stop.aborted ? Promise.resolve() : once(stop, 'abort').then(() => undefined);
  const failed = await Promise.race([supervisor.start(), stopped]);
  if (failed === undefined) {
    log.info({ event: 'workers', count, admin_port: admin.address.port });
    await stopped;
    await supervisor.stop();
  }
  await admin.close();
  return failed ?? 0;
}

function fork(): WorkerProcess {
  const worker = cluster.fork({ [workerVariable]: '1' });
  return {
    pid: worker.process.pid,
    // A worker that is ending has no channel any more; it won't answer.
    send: (message) => void (worker.isConnected() && worker.send(message, () => undefined)),
    kill: (signal) => void worker.process.kill(signal),
    onMessage: (listener) => void worker.on('message', listener),
    onExit(listener) {
      worker.on('exit', listener);
      // Of a process that can't be started, there is no exit.
      worker.on('error', (error: NodeJS.ErrnoException) => {
        if (worker.process.pid === undefined) listener(null, error.code ?? error.message);
      });
    },
  };
}
