import type { PageEvent } from '@latchkey/shared/page-protocol.ts';
import { describe, expect, it } from 'vitest';
import { memoryArea } from '../../../test/extension/memory.ts';
import { storedValue } from '../../platform/stored-value.ts';
import { type Broadcast, createPageEvents, eventState } from './page-events.ts';

const shop = 'https://shop.test';
const notes = 'https://notes.test';

function setUp(area = memoryArea(), heard: Promise<void> = Promise.resolve()) {
  const sent: Broadcast[] = [];
  let epochs = 0;
  const newEpoch = () => {
    epochs += 1;
    return `epoch-${epochs}`;
  };
  const broadcast = (event: Broadcast) => {
    sent.push(event);
    return heard;
  };
  const eventsOf = createPageEvents({
    state: storedValue(area, 'events', eventState),
    newEpoch,
    broadcast,
    changed: () => undefined,
  });
  /** The events that an origin's pages received. */
  const heardAt = (at: string): Promise<PageEvent[]> =>
    Promise.all(sent.filter(({ origin }) => origin === undefined || origin === at).map(({ eventFor }) => eventFor(at)));
  return { sent, heardAt, area, events: eventsOf('a'), others: eventsOf('b') };
}

describe('events', () => {
  it('have a new epoch when what pages remember is void, and the same when it still holds', async () => {
    const { events, heardAt } = setUp();
    const start = await events.current(shop);
    await events.hint('access');
    await events.reset('session');
    const [hint, reset] = await heardAt(shop);
    expect(hint).toEqual({ ev: 'access', epoch: start.epoch });
    expect(reset).toEqual({ ev: 'session', epoch: expect.any(String) });
    expect(reset?.epoch).not.toBe(start.epoch);
  });

  it('have nothing in common by which two sites could tell that they have the same visitor', async () => {
    const { events, heardAt } = setUp();
    const start = [await events.current(shop), await events.current(notes)];
    await events.reset('session');
    const values = [...start, ...(await heardAt(shop)), ...(await heardAt(notes))].flatMap(({ ev: _ev, ...rest }) =>
      Object.values(rest),
    );
    expect(new Set(values).size).toBe(4);
    // The ID that they are derived from doesn't leak, either.
    expect(values).not.toContain(await events.epoch());
    expect(values.join()).not.toContain('epoch-');
  });

  it('about one site’s access reach that site only, and leave the epoch of others alone', async () => {
    const { events, heardAt } = setUp();
    const [before, internal, elsewhere] = [
      await events.current(shop),
      await events.epoch(),
      await events.current(notes),
    ];
    await events.reset('access', shop);
    await events.hint('access', shop);
    const [reset, hint] = await heardAt(shop);
    expect(reset?.epoch).not.toBe(before.epoch);
    expect(hint?.epoch).toBe(reset?.epoch);
    expect(await heardAt(notes)).toEqual([]);
    expect(await events.current(notes)).toEqual(elsewhere);
    expect(await events.epoch()).not.toBe(internal);
    await events.reset('session');
    expect((await heardAt(notes))[0]?.epoch).not.toBe(elsewhere.epoch);
    expect((await heardAt(shop)).at(-1)?.epoch).not.toBe(reset?.epoch);
  });

  it('keep nobody waiting for a tab that does not hear them', async () => {
    const { events, sent } = setUp(memoryArea(), new Promise(() => undefined));
    await events.reset('session');
    await events.hint('access');
    expect(await events.epoch()).toBe('epoch-2');
    expect(sent).toHaveLength(2);
  });

  it('of one profile leave the epoch of another alone', async () => {
    const { events, others, sent } = setUp();
    const mine = await events.epoch();
    await others.reset('session');
    expect(await events.epoch()).toBe(mine);
    expect(await others.epoch()).not.toBe(mine);
    expect(sent.map(({ profile }) => profile)).toEqual(['b']);
  });

  it('go on where they were when the background is woken', async () => {
    const { events, area } = setUp();
    await events.reset('access', shop);
    const woken = setUp(area);
    for (const origin of [shop, notes])
      expect(await woken.events.current(origin)).toEqual(await events.current(origin));
  });
});
