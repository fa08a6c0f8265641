import { type ChildProcess, fork } from 'node:child_process';
import { plainText } from '../../device/plain-text.ts';
import { type Keyring, KeyringFault, type KeyringFaultCode } from './keyring.ts';
import type { KeyringAnswer, KeyringRequest } from './protocol.ts';
import { sessionBus } from './session-bus.ts';

export interface SystemKeyringOptions {
  env: Readonly<Record<string, string | undefined>>;
  platform: NodeJS.Platform;
  /** Of this process, where there are user IDs. */
  uid: number | undefined;
  /** Whether somebody is there, who can answer the keyring's question for a password. */
  isAttended: boolean;
  /** Tells that somebody that the keyring takes its time. */
  err(text: string): void;
  signal: AbortSignal;
  /** The program that talks to the keyring. Default: `keyring-child`. */
  program?: URL;
  /** How long a call may take, in milliseconds. Default: a minute if somebody is there, and otherwise 10 s. */
  limitMs?: number;
  /** After how many milliseconds to say that the keyring is waited for. Default: 2 s. */
  noticeMs?: number;
}

/** A built package has JavaScript; a clone runs the source. */
const ownProgram = new URL(
  import.meta.url.endsWith('.ts') ? './keyring-child.ts' : './keyring-child.js',
  import.meta.url,
);

const notice =
  "latchkey: waiting for the system's keyring. It may be asking for its password in a window of its own.\n";

/**
 * The system's keyring, through a process of its own for each call. A keyring that is locked asks for a password and waits
 * for a year if need be; that blocks a thread of Node, which even `process.exit` then waits for. A process can be ended. Nor
 * does a fault in native code end the command.
 */
export function systemKeyring(options: SystemKeyringOptions): Keyring {
  const { env, platform, uid } = options;
  /** What made it unusable once does so again, and each try may take its time. */
  let fault: KeyringFault | undefined;

  async function call(request: KeyringRequest): Promise<string | undefined> {
    if (uid === 0 && env.SUDO_UID) throw new KeyringFault('sudo');
    const needsBus = platform !== 'darwin' && platform !== 'win32';
    const bus = needsBus ? sessionBus(env, uid) : undefined;
    if (needsBus && bus === undefined) throw new KeyringFault('no_service');
    if (fault) throw fault;
    const answer = await ask(request, { ...options, env: { ...env, ...(bus && { DBUS_SESSION_BUS_ADDRESS: bus }) } });
    if (answer.ok) return answer.key;
    fault = new KeyringFault(answer.code, plainText(answer.detail, 200));
    throw fault;
  }

  return {
    get: (id) => call({ do: 'get', id }),
    put: async (id, key) => void (await call({ do: 'put', id, key })),
    remove: async (id) => void (await call({ do: 'remove', id })),
  };
}

async function ask(
  request: KeyringRequest,
  { env, isAttended, err, signal, program = ownProgram, noticeMs = 2_000, ...limits }: SystemKeyringOptions,
): Promise<KeyringAnswer> {
  // Ctrl-C leaves no key behind.
  const ended = request.do === 'remove' ? undefined : signal;
  ended?.throwIfAborted();
  const { limitMs = isAttended ? 60_000 : 10_000 } = limits;
  let child: ChildProcess;
  try {
    // Options for Node, such as a debugger's, are meant for the command.
    child = fork(program, {
      env: { ...env, NODE_OPTIONS: '' },
      execArgv: [],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
  } catch (error) {
    return notStarted(error as NodeJS.ErrnoException);
  }
  const { promise, resolve, reject } = Promise.withResolvers<KeyringAnswer>();
  const fail = (code: KeyringFaultCode, detail: string) => resolve({ ok: false, code, detail });
  const abort = () => reject(ended?.reason);
  ended?.addEventListener('abort', abort, { once: true });
  const timer = setTimeout(() => fail('timed_out', `${limitMs / 1_000} s`), limitMs);
  const noticeTimer = setTimeout(() => isAttended && err(notice), noticeMs);
  child.once('message', (answer) => resolve(answer as KeyringAnswer));
  child.once('error', (error) => resolve(notStarted(error)));
  child.once('exit', (code, name) => {
    // Ctrl-C in a terminal is for both processes, and `signal` says so.
    if (name !== 'SIGINT') fail('no_library', `its process ended with ${name ?? code}`);
  });
  // If it can't be sent, the process is gone, and says so itself. One that was never there has no `send`.
  child.send?.(request, () => undefined);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    clearTimeout(noticeTimer);
    ended?.removeEventListener('abort', abort);
    child.kill('SIGKILL');
  }
}

/** What runs out, and is there again later. */
const shortages: ReadonlySet<string | undefined> = new Set(['EAGAIN', 'EMFILE', 'ENFILE', 'ENOMEM']);

const notStarted = ({ code, message }: NodeJS.ErrnoException): KeyringAnswer => ({
  ok: false,
  code: shortages.has(code) ? 'no_process' : 'no_library',
  detail: message,
});
