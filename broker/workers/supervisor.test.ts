import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Log, LogLine } from '../log.ts';
import type { Ask } from './messages.ts';
import { createSupervisor, type Supervisor, type WorkerProcess } from './supervisor.ts';

/** A worker's process that does what the test says. */
function fakeWorker(pid: number) {
  const signals: string[] = [];
  const asked: Ask[] = [];
  let tell: (message: unknown) => void = () => {};
  let exit: (code: number | null, signal: string | null) => void = () => {};
  const process: WorkerProcess = {
    pid,
    send: (message) => void asked.push(message as Ask),
    kill: (signal) => void signals.push(signal),
    onMessage: (listener) => {
      tell = listener;
    },
    onExit: (listener) => {
      exit = listener;
    },
  };
  return {
    process,
    signals,
    asked,
    serves: () => tell({ serves: true }),
    answers: (answer: unknown) => tell({ id: asked.at(-1)?.id, answer }),
    ends: (code: number | null, signal: string | null = null) => exit(code, signal),
  };
}

/** While there is one, no process can be started. */
let forkFault: Error | undefined;
let forked: ReturnType<typeof fakeWorker>[];
let ended: number[];
let lines: LogLine[];
let supervisor: Supervisor;
const settle = () => vi.advanceTimersByTimeAsync(0);
const worker = (index: number) => {
  const found = forked[index];
  if (!found) throw new Error(`there are ${forked.length} workers`);
  return found;
};

beforeEach(() => {
  vi.useFakeTimers();
  [forked, ended, lines, forkFault] = [[], [], [], undefined];
  const write = (line: LogLine) => void lines.push(line);
  supervisor = createSupervisor({
    count: 3,
    fork() {
      if (forkFault) throw forkFault;
      forked.push(fakeWorker(100 + forked.length));
      return worker(forked.length - 1).process;
    },
    log: { info: write, warn: write, error: write } satisfies Log,
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    onEnded: (pid) => ended.push(pid),
  });
});
afterEach(() => vi.useRealTimers());

/** Starts, and lets all three workers serve. */
async function start(): Promise<void> {
  const started = supervisor.start();
  worker(0).serves();
  await started;
  for (const each of forked) each.serves();
}

describe('the supervisor', () => {
  it('starts the others once the first one serves', async () => {
    const started = supervisor.start();
    await settle();
    expect(forked).toHaveLength(1);
    worker(0).serves();
    expect(await started).toBeUndefined();
    expect(forked).toHaveLength(3);
  });

  it('ends with the first worker’s exit code if that one can’t start', async () => {
    const started = supervisor.start();
    worker(0).ends(1);
    expect(await started).toBe(1);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(forked).toHaveLength(1);
  });

  it('replaces a worker that ended, at once', async () => {
    await start();
    worker(1).ends(null, 'SIGKILL');
    await settle();
    expect(forked).toHaveLength(4);
    expect(ended).toEqual([101]);
    expect(lines).toEqual([{ event: 'worker_ended', pid: 101, code: undefined, signal: 'SIGKILL' }]);
  });

  it('waits longer and longer for a worker that can’t start, until one can', async () => {
    await start();
    worker(1).ends(1);
    await settle();
    worker(3).ends(1);
    await vi.advanceTimersByTimeAsync(499);
    expect(forked).toHaveLength(4);
    await vi.advanceTimersByTimeAsync(1);
    worker(4).ends(1);
    await vi.advanceTimersByTimeAsync(999);
    expect(forked).toHaveLength(5);
    await vi.advanceTimersByTimeAsync(1);
    worker(5).serves();
    worker(5).ends(1);
    await settle();
    expect(forked).toHaveLength(7);
  });

  it('goes on with the others while no process can be started, and tries again', async () => {
    await start();
    forkFault = new Error('spawn EAGAIN');
    worker(1).ends(null, 'SIGKILL');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(forked).toHaveLength(3);
    forkFault = undefined;
    await vi.advanceTimersByTimeAsync(500);
    expect(forked).toHaveLength(4);
  });

  it('leaves out a worker that ended after its answer, while another was still asked', async () => {
    await start();
    const asking = supervisor.ask('metrics');
    worker(0).answers(['a']);
    worker(1).answers(['b']);
    worker(0).ends(0);
    worker(2).answers(['c']);
    expect([...(await asking).keys()]).toEqual([101, 102]);
  });

  it('asks those that serve, and waits two seconds for those that don’t answer', async () => {
    await start();
    worker(2).ends(1);
    await settle();
    const asking = supervisor.ask('metrics');
    worker(0).answers(['a']);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await asking).toEqual(new Map([[100, ['a']]]));
    expect(worker(1).asked).toHaveLength(1);
    expect(worker(3).asked).toHaveLength(0);
  });

  it('has every worker reload, also one that is starting', async () => {
    await start();
    worker(2).ends(1);
    await settle();
    supervisor.reload();
    expect(forked.map(({ signals }) => signals)).toEqual([['SIGHUP'], ['SIGHUP'], [], []]);
    worker(3).serves();
    expect(worker(3).signals).toEqual(['SIGHUP']);
  });

  it('stops all of them, and waits until they have ended', async () => {
    await start();
    let stopped = false;
    const stopping = supervisor.stop().then(() => {
      stopped = true;
    });
    worker(0).ends(0);
    worker(1).ends(0);
    await settle();
    expect(stopped).toBe(false);
    worker(2).ends(0);
    await stopping;
    expect(forked).toHaveLength(3);
    expect(forked.map(({ signals }) => signals)).toEqual(Array(3).fill(['SIGTERM']));
  });
});
