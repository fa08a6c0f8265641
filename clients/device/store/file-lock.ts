import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, stat, unlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import type { Clock } from '@latchkey/shared/time.ts';
import type { Sleep } from '../sleep.ts';
import { StoreError } from './store-error.ts';

/** No refresh takes that long: who still holds the lock then has been stopped, or is on a machine that died. */
const staleMs = 120_000;
const pollMs = 50;

interface Holder {
  pid: number;
  host: string;
  /** Milliseconds since the epoch. */
  since: number;
  /** Tells two holders with one pid apart. */
  nonce: string;
}

export interface LockOptions {
  now: Clock;
  sleep: Sleep;
  signal?: AbortSignal | undefined;
}

/**
 * Runs `work` while no other process runs work under the same path: two shells that refresh at once would
 * each rotate the other's token away. The lock is a file made exclusively; one whose process is gone is removed.
 *
 * @throws {StoreError} `locked` where somebody else holds it for over two minutes
 */
export async function withLock<T>(path: string, work: () => Promise<T>, options: LockOptions): Promise<T> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const nonce = randomUUID();
  await acquire(path, nonce, options);
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

/**
 * Makes the file with its content in one step: written under another name, then linked, which fails where
 * there is one already.
 *
 * @returns whether the file is now ours
 */
async function create(path: string, nonce: string, since: number): Promise<boolean> {
  const holder: Holder = { pid: process.pid, host: hostname(), since, nonce };
  const draft = `${path}.${nonce}`;
  await writeFile(draft, JSON.stringify(holder), { mode: 0o600, flag: 'wx' });
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await unlink(draft);
  }
}

/**
 * Two who find the same stale lock must not remove each other's new one: whoever removes holds a second
 * lock meanwhile, and looks once more under it.
 */
async function removeStale(path: string, now: Clock): Promise<void> {
  const removal = `${path}.stale`;
  if (!(await create(removal, randomUUID(), now()))) {
    // Held for as long as a file takes to remove; one that stays was left by a crash just there.
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
  // Emptied by a crash of the machine, or not of our making: by its age, if it is still there.
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
    // EPERM: alive, and another user's.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
