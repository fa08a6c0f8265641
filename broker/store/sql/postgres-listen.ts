import type { Client } from 'pg';

interface ListenOptions {
  /** A dedicated connection. A pooled one may be in use elsewhere when a notification arrives. */
  connect(): Pick<Client, 'connect' | 'query' | 'on' | 'end'>;
  /** Must be a plain SQL identifier. */
  channel: string;
  listener(): void;
  /** Called once per outage, not once per attempt. */
  onError(error: Error): void;
}

const firstDelayMs = 1_000;
const maxDelayMs = 60_000;

/**
 * Runs `LISTEN`. Reconnects after a lost connection and then wakes the listener, since notifications may have been
 * missed. A transaction pooler either rejects `LISTEN` or accepts it and never delivers, so listeners must also poll.
 *
 * @returns a function that stops listening
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
