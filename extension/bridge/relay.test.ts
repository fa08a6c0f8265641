import { describe, expect, it, vi } from 'vitest';
import { fakePort } from '../../test/extension/port.ts';
import { createRelay } from './relay.ts';

type Sent = { request: { id: string }; click: number };

/** A relay between a fake page port and fake runtime ports. */
function setUp() {
  const ports: ReturnType<typeof fakePort<Sent>>[] = [];
  const answers: { id: string; e?: { code: string } }[] = [];
  const page = {
    postMessage: (message: object) => void answers.push(message as never),
    close: vi.fn(),
    onmessage: null,
  };
  const runtime = {
    id: 'ext',
    connect: vi.fn(({ name }: { name: string }) => {
      expect(name).toBe('latchkey:page');
      const fresh = fakePort<Sent>();
      ports.push(fresh);
      return fresh.port;
    }),
    onMessage: { addListener: () => undefined },
  };
  let click = 0;
  const relay = createRelay(page as unknown as MessagePort, runtime, () => click);
  const setClick = (number: number) => {
    click = number;
  };
  const ask = (data: unknown) => (page.onmessage as unknown as (event: { data: unknown }) => void)({ data });
  return { ports, answers, page, runtime, relay, ask, setClick };
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
      { request: request('a'), click: 0 },
      { request: request('b'), click: 3 },
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
    ports[0]?.receive({ v: 1, id: 'a', ok: true, r: { signed_in: false } });
    expect(answers).toEqual([{ v: 1, id: 'a', ok: true, r: { signed_in: false } }]);
  });

  it('sends once more what a stopped background took with it, then says busy', () => {
    const { ports, answers, ask } = setUp();
    ask(request('answered'));
    ask(request('open'));
    ports[0]?.receive({ v: 1, id: 'answered', ok: true, r: {} });
    ports[0]?.close();
    expect(ports[1]?.sent.map((sent) => sent.request.id)).toEqual(['open']);
    ports[1]?.close();
    expect(ports).toHaveLength(2);
    expect(answers.at(-1)).toMatchObject({ id: 'open', e: { code: 'busy' } });
  });

  it('does not reconnect when an idle port dies: that would wake the background at once', () => {
    const { ports, runtime, ask } = setUp();
    ask(request('a'));
    ports[0]?.receive({ v: 1, id: 'a', ok: true, r: {} });
    ports[0]?.close();
    expect(runtime.connect).toHaveBeenCalledTimes(1);
    ask(request('b'));
    expect(ports[1]?.sent.map((sent) => sent.request.id)).toEqual(['b']);
  });

  it('says not_installed when the extension was updated or removed under the page', () => {
    const { runtime, answers, ask } = setUp();
    runtime.connect.mockImplementation(() => {
      throw new Error('Extension context invalidated.');
    });
    ask(request('a'));
    expect(answers).toMatchObject([{ id: 'a', e: { code: 'not_installed' } }]);
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
});
