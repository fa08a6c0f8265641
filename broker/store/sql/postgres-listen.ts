import type { Client } from 'pg';

interface ListenOptions {
  /** A connection of its own: a pooled one is somebody else's by the time that a notification comes. */
  connect(): Pick<Client, 'connect' | 'query' | 'on' | 'end'>;
  /** A plain identifier. */
  channel: string;
  listener(): void;
  /** Told once an outage, not once an attempt. */
  onError(error: Error): void;
}

const firstDelayMs = 1_000;
const maxDelayMs = 60_000;

/**
 * `LISTEN`, for as long as it can be had: reconnects after a lost connection, and wakes the listener then,
 * since something may have been missed. A transaction pooler takes the command and never delivers, or refuses
 * it; either way whoever listens has to read regularly too.
 *
 * @returns what stops it
 */
export function listenOn({ connect, channel, listener, onError }: ListenOptions): () => void {
  let stopped = false;
  let told = false;
  let delayMs = firstDelayMs;
  let client: ReturnType<ListenOptions['connect']> | undefined;
  let timer: NodeJS.Timeout | undefined;

  const tell = (cause: unknown): void => {
    if (told) return;
    told = true;
    onError(new Error('LISTEN cannot be had: revocations of other replicas are found by polling alone', { cause }));
  };

  const again = (): void => {
    if (stopped) return;
    timer = setTimeout(() => void start(), delayMs * (0.5 + Math.random() / 2)).unref();
    delayMs = Math.min(delayMs * 2, maxDelayMs);
  };

  async function start(): Promise<void> {
    const current = connect();
    client = current;
    let over = false;
    const lost = (cause: unknown): void => {
      if (over) return;
      over = true;
      if (!stopped) tell(cause);
      void current.end().catch(() => undefined);
      again();
    };
    current.on('error', lost);
    current.on('end', () => lost(undefined));
    current.on('notification', listener);
    try {
      await current.connect();
      await current.query(`listen ${channel}`);
      if (stopped) return void current.end().catch(() => undefined);
      told = false;
      delayMs = firstDelayMs;
      listener();
    } catch (cause) {
      lost(cause);
    }
  }

  void start();
  return () => {
    stopped = true;
    clearTimeout(timer);
    void client?.end().catch(() => undefined);
  };
}
