import { LaunchError } from './browser.ts';

/** Sends commands to a browser, which answers each under its number: the Chrome DevTools Protocol and WebDriver BiDi. */
export interface Commands {
  /** @throws {LaunchError} with the browser's reason, or if it ends before it answers */
  send(method: string, params?: object): Promise<Record<string, unknown>>;
  /** Takes a message of the browser. */
  receive(message: string): void;
  /** No more answers come. */
  end(): void;
}

interface Answer {
  id?: number;
  result?: Record<string, unknown>;
  /** A text in WebDriver BiDi, an object in the DevTools protocol. */
  error?: string | { message?: string };
  message?: string;
}

interface Waiting {
  resolve: (result: Record<string, unknown>) => void;
  reject: (error: LaunchError) => void;
}

export function createCommands(write: (message: string) => void): Commands {
  const waiting = new Map<number, Waiting>();
  let last = 0;
  let ended = false;
  return {
    send(method, params = {}) {
      if (ended) return Promise.reject(new LaunchError('the browser has ended'));
      const id = ++last;
      const { promise, resolve, reject } = Promise.withResolvers<Record<string, unknown>>();
      waiting.set(id, { resolve, reject });
      write(JSON.stringify({ id, method, params }));
      return promise;
    },
    receive(message) {
      const { id, result = {}, error, message: reason } = JSON.parse(message) as Answer;
      // Without a number, it is an event.
      const one = id === undefined ? undefined : waiting.get(id);
      if (id === undefined || !one) return;
      waiting.delete(id);
      if (error === undefined) one.resolve(result);
      else one.reject(new LaunchError(reason ?? (typeof error === 'string' ? error : (error.message ?? 'refused'))));
    },
    end() {
      ended = true;
      for (const { reject } of waiting.values()) reject(new LaunchError('the browser has ended'));
      waiting.clear();
    },
  };
}
