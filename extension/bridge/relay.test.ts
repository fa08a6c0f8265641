import { describe, expect, it, vi } from 'vitest';
import { fakePort } from '../../test/extension/port.ts';
import { createRelay, maxChannels } from './relay.ts';
import type { Runtime } from './runtime.ts';

type Sent = { request: { id: string }; click: number; channel: number };
type Answer = { id?: string; ev?: string; e?: { code: string } };

/** A document with the bridge: fake ports of its page and workers, and the runtime ports that the bridge has opened. */
function setUp(document: { prerendering?: boolean } = {}) {
  const ports: ReturnType<typeof fakePort<Sent>>[] = [];
  const runtime = {
    id: 'ext' as string | undefined,
    connect: vi.fn(({ name }: { name: string }) => {
      expect(name).toBe('latchkey:page');
      const fresh = fakePort<Sent>();
      ports.push(fresh);
      return fresh.port;
    }),
    onMessage: { addListener: () => undefined },
  };
  let click = 0;
  const setClick = (number: number) => {
    click = number;
  };
  const relay = createRelay(runtime as Runtime, document, () => click);
  const open = () => {
    const answers: Answer[] = [];
    const page = Object.assign(new EventTarget(), {
      postMessage: (message: Answer) => void answers.push(message),
      close: vi.fn(),
      onmessage: null,
    });
    relay.serve(page as unknown as MessagePort);
    const ask = (data: unknown) => (page.onmessage as unknown as (event: { data: unknown }) => void)({ data });
    return { page, answers, ask };
  };
  const sent = () => ports.flatMap((port) => port.sent);
  return { ports, sent, runtime, relay, setClick, open, ...open() };
}

const request = (id: string) => ({ v: 1, id, m: 'session.get', p: {}, deadline_ms: 1_000 });
const event = { ev: 'session', epoch: 'e' };

describe('the relay', () => {
  it('connects on use, not before, and hands on request and click alone', () => {
    const { runtime, ports, ask, setClick } = setUp();
    expect(runtime.connect).not.toHaveBeenCalled();
    ask(request('a'));
    setClick(3);
    ask(request('b'));
    expect(runtime.connect).toHaveBeenCalledTimes(1);
    expect(ports[0]?.sent).toEqual([
      { channel: 1, request: request('a'), click: 0 },
      { channel: 1, request: request('b'), click: 3 },
    ]);
  });

  it.each([
    [{ ...request('a'), click: 1 }, 'a'],
    [{ ...request('a'), m: 'nothing' }, 'a'],
    [{ ...request('x'.repeat(100)) }, 'x'.repeat(64)],
    ['text', ''],
    [null, ''],
    [{ ...request('a'), id: ['a'] }, ''],
  ])('answers %j with invalid_request, and bothers nobody with it', (data, id) => {
    const { runtime, answers, ask } = setUp();
    ask(data);
    expect(answers).toEqual([{ v: 1, id, ok: false, e: { code: 'invalid_request', message: expect.any(String) } }]);
    expect(runtime.connect).not.toHaveBeenCalled();
  });

  it('gives answers back', () => {
    const { ports, answers, ask } = setUp();
    ask(request('a'));
    ports[0]?.receive({ v: 1, channel: 1, id: 'a', ok: true, r: { signed_in: false } });
    expect(answers).toEqual([{ v: 1, id: 'a', ok: true, r: { signed_in: false } }]);
  });

  it('sends once more what a stopped background took with it, then says busy', () => {
    const { ports, answers, ask } = setUp();
    ask(request('answered'));
    ask(request('open'));
    ports[0]?.receive({ v: 1, channel: 1, id: 'answered', ok: true, r: {} });
    ports[0]?.close();
    expect(ports[1]?.sent.map((sent) => sent.request.id)).toEqual(['open']);
    ports[1]?.close();
    expect(ports).toHaveLength(2);
    expect(answers.at(-1)).toMatchObject({ id: 'open', e: { code: 'busy' } });
  });

  it('does not reconnect when an idle port dies: that would wake the background at once', () => {
    const { ports, runtime, ask } = setUp();
    ask(request('a'));
    ports[0]?.receive({ v: 1, channel: 1, id: 'a', ok: true, r: {} });
    ports[0]?.close();
    expect(runtime.connect).toHaveBeenCalledTimes(1);
    ask(request('b'));
    expect(ports[1]?.sent.map((sent) => sent.request.id)).toEqual(['b']);
  });

  it('says only goodbye when the extension was updated or removed under the page, which then asks the new bridge', () => {
    const { runtime, answers, page, open, ask } = setUp();
    const worker = open();
    runtime.id = undefined;
    runtime.connect.mockImplementation(() => {
      throw new Error('Extension context invalidated.');
    });
    ask(request('a'));
    expect(answers).toEqual([{ ev: 'bye' }]);
    expect(worker.answers).toEqual([{ ev: 'bye' }]);
    expect(page.close).toHaveBeenCalled();
  });

  it('says goodbye at once when an idle port dies with the extension', () => {
    const { ports, runtime, answers, ask } = setUp();
    ask(request('a'));
    ports[0]?.receive({ v: 1, channel: 1, id: 'a', ok: true, r: {} });
    runtime.id = undefined;
    ports[0]?.close();
    expect(answers.at(-1)).toEqual({ ev: 'bye' });
    expect(runtime.connect).toHaveBeenCalledTimes(1);
  });

  it('says busy when only the port was dead', () => {
    const { ports, answers, ask } = setUp();
    ask(request('a'));
    Object.assign(ports[0]?.port ?? {}, {
      postMessage() {
        throw new Error('Attempting to use a disconnected port object');
      },
    });
    ask(request('b'));
    expect(answers.at(-1)).toMatchObject({ id: 'b', e: { code: 'busy' } });
  });

  it('passes events only to a page that the background has greeted', () => {
    const { ports, answers, relay, ask } = setUp();
    ask(request('a'));
    relay.event(event);
    expect(answers).toEqual([]);
    ports[0]?.receive(event);
    relay.event({ ...event, seq: 2 });
    expect(answers).toEqual([event, { ...event, seq: 2 }]);
  });

  it('reconnects after the back/forward cache, to hear the epoch and to ask again', () => {
    const { ports, relay, ask } = setUp();
    ask(request('a'));
    ports[0]?.receive(event);
    relay.restored();
    expect(ports[0]?.port.disconnected).toBe(true);
    expect(ports[1]?.sent.map((sent) => sent.request.id)).toEqual(['a']);
  });

  it('ignores the end of a port that it has replaced', () => {
    const { ports, relay, ask } = setUp();
    ask(request('a'));
    relay.restored();
    ports[0]?.close();
    expect(ports).toHaveLength(2);
    expect(ports[1]?.sent).toHaveLength(1);
  });

  it('sends a request again after the back/forward cache without the click that led to it', () => {
    const { ports, relay, ask, setClick } = setUp();
    setClick(3);
    ask(request('a'));
    expect(ports[0]?.sent).toMatchObject([{ click: 3 }]);
    relay.restored();
    expect(ports[1]?.sent).toMatchObject([{ request: { id: 'a' }, click: 0 }]);
  });

  it('holds back what a prerendered page asks until it is shown', () => {
    const document = { prerendering: true };
    const { sent, runtime, relay, ask } = setUp(document);
    ask(request('a'));
    ask(request('b'));
    expect(runtime.connect).not.toHaveBeenCalled();
    document.prerendering = false;
    relay.shown();
    expect(sent().map((one) => one.request.id)).toEqual(['a', 'b']);
  });
});

describe('a document with several ports', () => {
  it('has one port to the background, and each answer goes to whoever asked, though IDs are the same', () => {
    const { ports, sent, answers, ask, open } = setUp();
    const worker = open();
    ask(request('same'));
    worker.ask(request('same'));
    expect(ports).toHaveLength(1);
    expect(sent().map(({ channel, request: { id } }) => [channel, id])).toEqual([
      [1, 'same'],
      [2, 'same'],
    ]);
    ports[0]?.receive({ v: 1, channel: 2, id: 'same', ok: true, r: {} });
    expect(worker.answers).toEqual([{ v: 1, id: 'same', ok: true, r: {} }]);
    expect(answers).toEqual([]);
  });

  it('hears every event on all of them', () => {
    const { ports, answers, ask, open } = setUp();
    const others = Array.from({ length: 40 }, open);
    ask(request('a'));
    ports[0]?.receive(event);
    for (const { answers: heard } of [{ answers }, ...others]) expect(heard).toEqual([event]);
  });

  it.each([
    ['says goodbye', ({ ask }: { ask(data: unknown): void }) => ask({ ev: 'bye' })],
    ['is closed', ({ page }: { page: EventTarget }) => page.dispatchEvent(new Event('close'))],
  ])('a port that %s is forgotten, and what it asked is not sent again', (_how, leave) => {
    const { ports, sent, open } = setUp();
    const worker = open();
    worker.ask(request('a'));
    leave(worker);
    expect(worker.page.close).toHaveBeenCalled();
    ports[0]?.receive({ v: 1, channel: 2, id: 'a', ok: true, r: {} });
    expect(worker.answers).toEqual([{ ev: 'bye' }]);
    ports[0]?.close();
    expect(sent()).toHaveLength(1);
  });

  it('of too many, the least recently used one gets a goodbye, before it can miss an event', () => {
    const { answers, ask, open } = setUp();
    const second = open();
    for (let count = 2; count < maxChannels; count += 1) open();
    ask(request('a'));
    open();
    expect(second.answers).toEqual([{ ev: 'bye' }]);
    expect(answers).toEqual([]);
  });
});
