import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, stat, unlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import type { Sleep } from '@latchkey/shared/sleep.ts';
import type { Clock } from '@latchkey/shared/time.ts';
import { unwritable } from './file-fault.ts';
import { StoreError } from './store-error.ts';

/**
 * No refresh takes this long: a lock this old belongs to a stopped process or a crashed machine. Its age goes by one clock at a
 * time, that of the file system or this machine's: machines that share a folder may disagree about the time.
 */
const staleMs = 120_000;
const pollMs = 50;

interface Holder {
  pid: number;
  host: string;
  /** Milliseconds since the epoch, by the clock of the host: for people, and for commands from before. */
  since: number;
  /** Distinguishes two holders with the same pid. */
  nonce: string;
}

/** How to wait for a lock. */
export interface LockOptions {
  /** Milliseconds since the epoch. */
  now: Clock;
  /** Waits for some milliseconds. */
  sleep: Sleep;
  /** Cancels waiting for the lock. */
  signal?: AbortSignal | undefined;
}

/**
 * Runs `work` while holding an exclusive lock: two shells that refresh at once would invalidate each other's refresh
 * token. The lock is a file created exclusively. A lock whose process is gone is removed.
 *
 * @throws {StoreError} `locked` if another process holds the lock for over two minutes
 * @throws whatever `work` throws
 */
export async function withLock<T>(path: string, work: () => Promise<T>, options: LockOptions): Promise<T> {
  const nonce = randomUUID();
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await acquire(path, nonce, options);
  } catch (error) {
    throw isFileError(error) ? unwritable(path, error) : error;
  }
  try {
    return await work();
  } finally {
    const holder = await readHolder(path);
    if (holder?.nonce === nonce) await unlink(path).catch(() => undefined);
  }
}

async function acquire(path: string, nonce: string, { now, sleep, signal }: LockOptions): Promise<void> {
  const until = now() + staleMs;
  let watched: { id: string; since: number } | undefined;
  for (;;) {
    const clash = await create(path, nonce, now());
    if (clash === undefined) return;
    const lock = await look(path);
    if (lock && watched?.id !== lock.id) watched = { id: lock.id, since: now() };
    if (lock && (isStale(lock, clash) || now() - (watched?.since ?? 0) > staleMs)) {
      await removeStale(path, lock.id, now());
    } else if (now() > until) {
      throw new StoreError(
        'locked',
        `${path} is locked by another latchkey process. Wait for it to finish, or delete the lock file.`,
      );
    } else await sleep(pollMs, signal);
  }
}

/** Has Node's code of a failed system call. */
const isFileError = (error: unknown): boolean => error instanceof Error && 'syscall' in error;

/** What file systems without hard links answer: exFAT, SMB, many FUSE and virtual ones, ReFS. */
const noHardLinks = new Set(['ENOTSUP', 'EOPNOTSUPP', 'EPERM', 'ENOSYS', 'EXDEV', 'EISDIR', 'EMLINK', 'EINVAL']);

/**
 * Creates the file and its content in one step: writes it under another name, then links it, which fails if the file
 * exists. Without hard links, it takes two steps: whoever reads an empty lock takes it for one that is held.
 *
 * @returns `undefined` if this call created the file, and otherwise what time it is by the file system's clock
 */
async function create(path: string, nonce: string, since: number): Promise<number | undefined> {
  const holder: Holder = { pid: process.pid, host: hostname(), since, nonce };
  const draft = `${path}.${nonce}`;
  try {
    await writeFile(draft, JSON.stringify(holder), { mode: 0o600, flag: 'wx' });
    const isCreated = await createFrom(draft, path, JSON.stringify(holder));
    return isCreated ? undefined : (await stat(draft)).mtimeMs;
  } finally {
    // If it could not be made, that is the error to tell.
    await unlink(draft).catch(() => undefined);
  }
}

async function createFrom(draft: string, path: string, text: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (!noHardLinks.has(code ?? '')) throw error;
    return createInTwoSteps(path, text);
  }
}

async function createInTwoSteps(path: string, text: string): Promise<boolean> {
  try {
    await writeFile(path, text, { mode: 0o600, flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Removes a stale lock. Two processes that find the same stale lock must not remove each other's new one, so the
 * remover holds a second lock and checks again under it.
 */
async function removeStale(path: string, id: string, now: number): Promise<void> {
  const removal = `${path}.stale`;
  const clash = await create(removal, randomUUID(), now);
  if (clash !== undefined) {
    // This lock is held only while a file is removed. If it is old, a crash left it behind.
    const left = await look(removal);
    if (left && isStale(left, clash)) await unlink(removal).catch(() => undefined);
    return;
  }
  try {
    if ((await look(path))?.id === id) await unlink(path).catch(() => undefined);
  } finally {
    await unlink(removal).catch(() => undefined);
  }
}

/** A lock as it was found. */
interface Found {
  /** Of this holder. */
  id: string;
  /** When it was taken, by the file system's clock. */
  changed: number;
  /** Whether its process was one of this machine, and is gone. */
  isGone: boolean;
}

async function look(path: string): Promise<Found | undefined> {
  // In this order: the age of an old lock must not be taken for that of a new one.
  const holder = await readHolder(path);
  const file = await stat(path).catch(() => undefined);
  if (!file) return undefined;
  // Unreadable: emptied by a machine crash, or written by another program.
  const id = holder?.nonce ?? `changed ${file.mtimeMs}`;
  return { id, changed: file.mtimeMs, isGone: holder?.host === hostname() && !isAlive(holder.pid) };
}

/** @param now by the file system's clock */
const isStale = ({ changed, isGone }: Found, now: number): boolean => isGone || now - changed > staleMs;

async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    const holder = JSON.parse(await readFile(path, 'utf8')) as Partial<Holder> | null;
    return typeof holder?.pid === 'number' && typeof holder.since === 'number' ? (holder as Holder) : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: the process is alive and belongs to another user.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
