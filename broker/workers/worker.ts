import cluster from 'node:cluster';
import type { RunningBroker } from '../serve.ts';
import { isAsk, type Report } from './messages.ts';

/** Marks the processes that the supervisor starts. Others also start programs by `node:cluster`. */
export const workerVariable = 'LATCHKEY_WORKER';

/** Whether this process is one of several that a supervisor has started. */
export const isWorker = (): boolean => cluster.isWorker && process.env[workerVariable] === '1';

/** Tells the supervisor that this worker serves, and answers its questions from now on. */
export function reportToSupervisor(broker: Pick<RunningBroker, 'readiness' | 'metrics'>): void {
  const report = (message: Report): void => void process.send?.(message);
  process.on('message', (message) => {
    if (!isAsk(message)) return;
    const { id, ask } = message;
    const answer = ask === 'metrics' ? broker.metrics() : broker.readiness();
    void answer.then((it) => report({ id, answer: it }));
  });
  report({ serves: true });
}

/** Lets the process end: the channel to the supervisor keeps it alive. */
export const leaveSupervisor = (): void => void cluster.worker?.disconnect();
