import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { listenOn } from './postgres-listen.ts';

/** A connection that accepts or rejects LISTEN. */
class FakeClient extends EventEmitter {
  queries: string[] = [];
  readonly refuses: boolean;
  constructor(refuses: boolean) {
    super();
    this.refuses = refuses;
  }
  async connect() {}
  async query(text: string) {
    this.queries.push(text);
    if (this.refuses) throw new Error('LISTEN is not allowed here');
  }
  async end() {
    this.emit('end');
  }
}

const clients: FakeClient[] = [];
const errors: Error[] = [];
let refuses = false;
let heard = 0;
const start = () =>
  listenOn({
    connect: () => {
      const client = new FakeClient(refuses);
      clients.push(client);
      // Only these of the client's many overloads are used.
      return client as unknown as ReturnType<Parameters<typeof listenOn>[0]['connect']>;
    },
    channel: 'news',
    listener: () => {
      heard += 1;
    },
    onError: (error) => void errors.push(error),
  });

beforeEach(() => {
  vi.useFakeTimers();
  clients.length = 0;
  errors.length = 0;
  heard = 0;
  refuses = false;
});
afterEach(() => vi.useRealTimers());

it('listens, and passes notifications on', async () => {
  const stop = start();
  await vi.advanceTimersByTimeAsync(0);
  expect(clients[0]?.queries).toEqual(['listen news']);
  expect(heard).toBe(1);
  clients[0]?.emit('notification');
  expect(heard).toBe(2);
  stop();
});

it('connects again when the connection is lost, and says that something may have been missed', async () => {
  const stop = start();
  await vi.advanceTimersByTimeAsync(0);
  clients[0]?.emit('error', new Error('cut'));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(clients).toHaveLength(2);
  expect(heard).toBe(2);
  stop();
});

it('is told once behind a pooler that refuses LISTEN, however often it tries', async () => {
  refuses = true;
  const stop = start();
  await vi.advanceTimersByTimeAsync(600_000);
  expect(clients.length).toBeGreaterThan(3);
  // After the first few minutes, at most once a minute.
  expect(clients.length).toBeLessThan(30);
  expect(errors.map(({ message }) => message)).toEqual([expect.stringContaining('polling alone')]);
  expect(heard).toBe(0);
  stop();
});

it('tries no more once it is stopped', async () => {
  refuses = true;
  const stop = start();
  await vi.advanceTimersByTimeAsync(0);
  stop();
  await vi.advanceTimersByTimeAsync(600_000);
  expect(clients).toHaveLength(1);
});
