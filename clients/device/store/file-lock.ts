import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, stat, unlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import type { Sleep } from '@latchkey/shared/sleep.ts';
import type { Clock } from '@latchkey/shared/time.ts';
import { unwritable } from './file-fault.ts';
import { StoreError } from './store-error.ts';

/** No refresh takes this long: a lock this old belongs to a stopped process or a crashed machine. */
const staleMs = 120_000;
const pollMs = 50;

interface Holder {
  pid: number;
  host: string;
  /** Milliseconds since the epoch. */
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
  while (!(await create(path, nonce, now()))) {
    if (await isStale(path, now())) await removeStale(path, now);
    else if (now() > until) {
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
 * @returns whether this call created the file
 */
async function create(path: string, nonce: string, since: number): Promise<boolean> {
  const holder: Holder = { pid: process.pid, host: hostname(), since, nonce };
  const draft = `${path}.${nonce}`;
  await writeFile(draft, JSON.stringify(holder), { mode: 0o600, flag: 'wx' });
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (!noHardLinks.has(code ?? '')) throw error;
    return await createInTwoSteps(path, JSON.stringify(holder));
  } finally {
    await unlink(draft);
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
async function removeStale(path: string, now: Clock): Promise<void> {
  const removal = `${path}.stale`;
  if (!(await create(removal, randomUUID(), now()))) {
    // This lock is held only while a file is removed. If it is old, a crash left it behind.
    if (await isStale(removal, now())) await unlink(removal).catch(() => undefined);
    return;
  }
  try {
    if (await isStale(path, now())) await unlink(path).catch(() => undefined);
  } finally {
    await unlink(removal).catch(() => undefined);
  }
}

async function isStale(path: string, now: number): Promise<boolean> {
  const holder = await readHolder(path);
  if (holder) return now - holder.since > staleMs || (holder.host === hostname() && !isAlive(holder.pid));
  // Unreadable: emptied by a machine crash, or written by another program. Go by its age.
  const changed = await stat(path).catch(() => undefined);
  return changed !== undefined && now - changed.mtimeMs > staleMs;
}

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
