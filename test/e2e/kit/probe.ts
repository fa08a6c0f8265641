import { connect, type Latchkey, LatchkeyError } from '#clients/page';

declare global {
  interface Window {
    /** Requests a token. @returns the token or the error code */
    ask(
      resource: string,
      scopes: string[],
      /** The required account. */
      profile?: string,
    ): Promise<{ token?: string; code?: string; message?: string; interaction?: string; retryAfterMs?: number }>;
    /** Sends a hand-written hello to every reachable window. @returns all answers within a second */
    knock(): Promise<unknown[]>;
    /** Posts any messages over one bridge port, each after the previous answer. @returns the answers, without events */
    send(messages: unknown[]): Promise<unknown[]>;
    /** Posts messages over one bridge port, all at once. @returns the answers, when all have arrived */
    flood(messages: unknown[]): Promise<unknown[]>;
    /** The answers to the last flood that a click started. */
    flooded?: Promise<unknown[]>;
    /** Opens this many bridge ports and requests the session over each. @returns the number of answers */
    crowd(count: number): Promise<number>;
    /** Lets a worker of this kind request a token. @returns the worker's reply */
    askInWorker(
      kind: 'Worker' | 'SharedWorker',
      resource: string,
      scopes: string[],
    ): Promise<{ token?: string; code?: string }>;
    /** The answers to the messages in the page's URL fragment. */
    sent?: unknown[];
  }
}

const hello = () => ({ source: 'latchkey:hello', v: 1, nonce: crypto.randomUUID() });
const aSecond = () => new Promise((resolve) => setTimeout(resolve, 1_000));

window.ask = async (resource, scopes, profile) => {
  let lk: Latchkey | undefined;
  try {
    lk = await connect({ resource, scopes, minTtl: 1 });
    return { token: (await lk.getToken({ profile })).token };
  } catch (error) {
    if (!(error instanceof LatchkeyError)) throw error;
    const { code, message, interaction, retryAfterMs } = error;
    return { code, message, ...(interaction && { interaction }), ...(retryAfterMs && { retryAfterMs }) };
  } finally {
    // The next request must reach the extension, not the page's cache.
    lk?.close();
  }
};

window.knock = async () => {
  const answers: unknown[] = [];
  for (const target of new Set([window, window.parent, window.top ?? window])) {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => void answers.push(data);
    target.postMessage(hello(), '*', [port2]);
  }
  await aSecond();
  return answers;
};

window.send = async (messages) => {
  const { port1, port2 } = new MessageChannel();
  let answered: (answer: unknown) => void = () => undefined;
  port1.onmessage = ({ data }) => {
    if ('id' in data) answered(data);
  };
  window.postMessage(hello(), location.origin, [port2]);
  const answers: unknown[] = [];
  for (const message of messages) {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    answered = resolve;
    port1.postMessage(message);
    answers.push(await promise);
  }
  return answers;
};

window.flood = (messages) => {
  const { port1, port2 } = new MessageChannel();
  const answers: unknown[] = [];
  return new Promise((resolve) => {
    port1.onmessage = ({ data }) => {
      if ('id' in data) answers.push(data);
      if (answers.length === messages.length) resolve(answers);
    };
    window.postMessage(hello(), location.origin, [port2]);
    for (const message of messages) port1.postMessage(message);
  });
};

window.crowd = async (count) => {
  const request = { v: 1, id: 'same', m: 'session.get', p: {}, deadline_ms: 30_000 };
  const answers = Array.from({ length: count }, async () => {
    const { port1, port2 } = new MessageChannel();
    window.postMessage(hello(), location.origin, [port2]);
    for (;;) {
      const { data } = await new Promise<MessageEvent>((resolve) => {
        port1.onmessage = resolve;
      });
      if (data.ready) port1.postMessage(request);
      if (data.e?.code === 'busy') {
        await aSecond();
        port1.postMessage({ ...request, id: crypto.randomUUID() });
      }
      if (data.ok) return true;
    }
  });
  return (await Promise.all(answers)).length;
};

window.askInWorker = async (kind, resource, scopes) => {
  // Use a blob URL, because tests can't intercept a shared worker's script.
  const script = URL.createObjectURL(await (await fetch('/worker.js')).blob());
  const type = { type: 'module' } as const;
  const worker = kind === 'Worker' ? new Worker(script, type) : new SharedWorker(script, type).port;
  const { port1: reply, port2 } = new MessageChannel();
  const port = await (await connect()).port();
  worker.postMessage({ port, reply: port2, resource, scopes }, [port, port2]);
  return new Promise((resolve) => {
    reply.onmessage = ({ data }) => resolve(data);
  });
};

// Run it on load. Code that a test evaluates in a page may count as user activation.
const unasked = decodeURIComponent(location.hash.slice(1));
if (unasked) window.sent = await window.send(JSON.parse(unasked));

// In a frame, report the result, because the embedding page can't reach into a sandboxed frame.
if (window.parent !== window) {
  const framed = { asked: await window.ask('http://127.0.0.1:1', ['any']), knocked: await window.knock() };
  window.parent.postMessage({ framed }, '*');
}
