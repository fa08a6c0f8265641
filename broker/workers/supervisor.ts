import type { Log } from '../log.ts';
import { isReport, type Question } from './messages.ts';

/** A worker's process, as `node:cluster` has it. */
export interface WorkerProcess {
  pid: number | undefined;
  send(message: object): void;
  kill(signal: NodeJS.Signals): void;
  onMessage(listener: (message: unknown) => void): void;
  /** @param listener is also told of a process that could not be started, with the reason in place of a signal */
  onExit(listener: (code: number | null, signal: string | null) => void): void;
}

/** Keeps a number of workers running. */
export interface Supervisor {
  /**
   * Starts one worker, which migrates the store, and then the others.
   *
   * @returns `undefined` once the first one serves; its exit code if it ended before
   */
  start(): Promise<number | undefined>;
  /** Asks the workers that serve. @returns their answers by process ID, without those that didn't answer in time */
  ask(question: Question): Promise<Map<number, unknown>>;
  /** Lets all workers read the configuration and the key file again. */
  reload(): void;
  /** Lets all workers finish their requests. Resolves when they have ended. */
  stop(): Promise<void>;
}

interface Member {
  process: WorkerProcess;
  serves: boolean;
  /** Whether it may have read the configuration before a reload. */
  isOutdated: boolean;
  answers: Map<number, (answer: unknown) => void>;
  ended: Promise<void>;
}

/** The wait before a worker is started anew that ended before it served, in milliseconds: doubled each time. */
const firstWaitMs = 500;
const longestWaitMs = 30_000;
/** How long a worker may take to answer, in milliseconds. One that is that busy is left out. */
const answerMs = 2_000;

/**
 * @param deps `fork` starts a worker, or throws an error, which it has logged; `onEnded` is told of each that ended, by
 *   its process ID
 */
export function createSupervisor({
  count,
  fork,
  log,
  sleep,
  onEnded,
}: {
  count: number;
  fork: () => WorkerProcess;
  log: Log;
  sleep: (ms: number) => Promise<void>;
  onEnded: (pid: number) => void;
}): Supervisor {
  const members = new Set<Member>();
  let isStarted = false;
  let isStopping = false;
  let failures = 0;
  let lastId = 0;

  /** @returns `undefined` once it serves; its exit code if it ended before */
  function add(): Promise<number | undefined> {
    let worker: WorkerProcess;
    try {
      worker = fork();
    } catch {
      void retry();
      return Promise.resolve(1);
    }
    const { promise: begun, resolve: began } = Promise.withResolvers<number | undefined>();
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    const member: Member = { process: worker, serves: false, isOutdated: false, answers: new Map(), ended };
    members.add(member);
    member.process.onMessage((message) => {
      if (!isReport(message)) return;
      if ('answer' in message) return member.answers.get(message.id)?.(message.answer);
      member.serves = true;
      failures = 0;
      if (member.isOutdated) member.process.kill('SIGHUP');
      began(undefined);
    });
    member.process.onExit((code, signal) => {
      members.delete(member);
      for (const answer of member.answers.values()) answer(undefined);
      if (member.process.pid !== undefined) onEnded(member.process.pid);
      end();
      began(code ?? 1);
      if (!isStopping && isStarted) void replace(member, code, signal);
    });
    return begun;
  }

  async function replace(member: Member, code: number | null, signal: string | null): Promise<void> {
    const { pid } = member.process;
    log.error({ event: 'worker_ended', pid, code: code ?? undefined, signal: signal ?? undefined });
    if (!member.serves) return retry();
    if (!isStopping) void add();
  }

  /** Starts a worker after one that could not start. */
  async function retry(): Promise<void> {
    await sleep(Math.min(firstWaitMs * 2 ** failures, longestWaitMs));
    failures += 1;
    if (isStarted && !isStopping) void add();
  }

  async function askOne({ process, answers }: Member, ask: Question): Promise<unknown> {
    lastId += 1;
    const id = lastId;
    const { promise, resolve } = Promise.withResolvers<unknown>();
    answers.set(id, resolve);
    process.send({ id, ask });
    const answer = await Promise.race([promise, sleep(answerMs).then(() => undefined)]);
    answers.delete(id);
    return answer;
  }

  return {
    async start() {
      const code = await add();
      if (code !== undefined) return code;
      isStarted = true;
      if (!isStopping) for (let more = members.size; more < count; more += 1) void add();
      return undefined;
    },
    async ask(question) {
      const serving = [...members].filter(({ serves }) => serves);
      const answers = await Promise.all(
        serving.map(async (member) => [member.process.pid ?? 0, await askOne(member, question)] as const),
      );
      // One that has ended meanwhile has been taken leave of.
      const alive = new Set([...members].map(({ process }) => process.pid));
      return new Map(answers.filter(([pid, answer]) => answer !== undefined && alive.has(pid)));
    },
    reload() {
      for (const member of members) {
        if (member.serves) member.process.kill('SIGHUP');
        else member.isOutdated = true;
      }
    },
    async stop() {
      isStopping = true;
      const all = [...members];
      for (const { process } of all) process.kill('SIGTERM');
      await Promise.all(all.map(({ ended }) => ended));
    },
  };
}
