import { connect, type Latchkey, LatchkeyError } from '#clients/page';

declare global {
  interface Window {
    /** Asks for a token. @returns the token, or the code of the error */
    ask(
      resource: string,
      scopes: string[],
      /** Whose it must be. */
      profile?: string,
    ): Promise<{ token?: string; code?: string; message?: string; interaction?: string; retryAfterMs?: number }>;
    /** Says hello by hand, to every window in reach. @returns what anybody answers within a second */
    knock(): Promise<unknown[]>;
    /** Posts messages over one port of the bridge, whatever they are, each when the one before was answered. @returns the answers, events left out */
    send(messages: unknown[]): Promise<unknown[]>;
    /** Posts messages over one port of the bridge, all at once. @returns the answers, once there is one to each */
    flood(messages: unknown[]): Promise<unknown[]>;
    /** What the last flood that a click began was answered. */
    flooded?: Promise<unknown[]>;
    /** Opens that many ports of the bridge and asks for the session over each. @returns how many were answered */
    crowd(count: number): Promise<number>;
    /** Has a worker of this kind ask for a token. @returns what it says */
    askInWorker(
      kind: 'Worker' | 'SharedWorker',
      resource: string,
      scopes: string[],
    ): Promise<{ token?: string; code?: string }>;
    /** What was answered to the messages in the page's fragment. */
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
    // The next one asks the extension, and not the page's memory.
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
  // From a blob: no test can put a document of its own in the place of a shared worker's script.
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

// By itself, as it loads: what a test evaluates in a page may count as the person's doing.
const unasked = decodeURIComponent(location.hash.slice(1));
if (unasked) window.sent = await window.send(JSON.parse(unasked));

// In a frame: the page around it can't ask us anything by itself where we are sandboxed.
if (window.parent !== window) {
  const framed = { asked: await window.ask('http://127.0.0.1:1', ['any']), knocked: await window.knock() };
  window.parent.postMessage({ framed }, '*');
}
