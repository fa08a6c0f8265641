import { afterEach, expect, it } from 'vitest';
import { fakePort } from '../../test/extension/port.ts';
import { createRelays, maxRelays } from './relays.ts';

const pages: MessagePort[] = [];
afterEach(() => {
  for (const page of pages.splice(0)) page.close();
});

/** A document with the bridge, and the runtime ports that its relays have opened. */
function setUp() {
  const ports: ReturnType<typeof fakePort<{ request: { id: string } }>>[] = [];
  const runtime = {
    id: 'ext',
    connect: () => {
      const fresh = fakePort<{ request: { id: string } }>();
      ports.push(fresh);
      return fresh.port;
    },
    onMessage: { addListener: () => undefined },
  };
  const relays = createRelays(runtime, () => 0);
  const open = (): MessagePort => {
    const { port1, port2 } = new MessageChannel();
    pages.push(port1, port2);
    relays.serve(port2);
    return port1;
  };
  const ask = async (page: MessagePort, id: string): Promise<void> => {
    const before = ports.flatMap(({ sent }) => sent).length;
    page.postMessage({ v: 1, id, m: 'session.get', p: {}, deadline_ms: 1_000 });
    await expect.poll(() => ports.flatMap(({ sent }) => sent).length).toBe(before + 1);
  };
  return { relays, ports, open, ask };
}

it('page and worker may use one id: each has a port of its own to the background', async () => {
  const { ports, open, ask } = setUp();
  const [page, worker] = [open(), open()];
  await ask(page, 'same');
  await ask(worker, 'same');
  expect(ports.map(({ sent }) => sent.map(({ request }) => request.id))).toEqual([['same'], ['same']]);
  const answered = new Promise((resolve) => worker.addEventListener('message', ({ data }) => resolve(data)));
  worker.start();
  ports[1]?.receive({ v: 1, id: 'same', ok: true, r: { signed_in: false } });
  expect(await answered).toMatchObject({ id: 'same', ok: true });
});

it('a worker that has ended has its port to the background closed', async () => {
  const { relays, ports, open, ask } = setUp();
  open();
  const worker = open();
  await ask(worker, 'a');
  worker.close();
  await expect.poll(() => [...relays].length).toBe(1);
  expect(ports[0]?.port.disconnected).toBe(true);
});

it('of too many, the one that was not used for the longest is given up', async () => {
  const { relays, ports, open, ask } = setUp();
  const [first, second] = [open(), open()];
  for (let i = 2; i < maxRelays; i += 1) open();
  await ask(first, 'a');
  const closed = new Promise((resolve) => second.addEventListener('close', resolve));
  open();
  await closed;
  expect([...relays]).toHaveLength(maxRelays);
  expect(ports[0]?.port.disconnected).toBe(false);
  await ask(first, 'b');
});
