import { describe, expect, it } from 'vitest';
import type { PageEvent } from '#shared/page-protocol.ts';
import { memoryArea } from '../../test/extension/memory.ts';
import { slot } from '../platform/slot.ts';
import { createEvents } from './events.ts';

function setUp(area = memoryArea()) {
  const sent: (PageEvent & { profile: string })[] = [];
  let epochs = 0;
  const newEpoch = () => {
    epochs += 1;
    return `epoch-${epochs}`;
  };
  const broadcast = async (event: PageEvent, profile: string) => void sent.push({ ...event, profile });
  const eventsOf = createEvents({ state: slot(area, 'events'), newEpoch, broadcast, changed: () => undefined });
  return { sent, area, events: eventsOf('a'), others: eventsOf('b') };
}

describe('events', () => {
  it('have a new epoch when what pages remember is void, and the same when it still holds', async () => {
    const { events, sent } = setUp();
    await events.hint('access');
    await events.reset('session');
    expect(sent).toEqual([
      { ev: 'access', seq: 1, epoch: 'epoch-1', profile: 'a' },
      { ev: 'session', seq: 2, epoch: 'epoch-2', profile: 'a' },
    ]);
  });

  it('never share a number', async () => {
    const { events, others, sent } = setUp();
    await Promise.all([events.hint('access'), others.reset('session'), events.hint('access')]);
    expect(sent.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  });

  it('of one profile leave the epoch of another alone', async () => {
    const { events, others } = setUp();
    const mine = await events.epoch();
    await others.reset('session');
    expect(await events.epoch()).toBe(mine);
    expect(await others.epoch()).not.toBe(mine);
  });

  it('go on where they were when the background is woken', async () => {
    const { events, area } = setUp();
    await events.reset('session');
    const { epoch } = await events.current();
    const woken = setUp(area);
    expect(await woken.events.current()).toEqual({ ev: 'session', seq: 1, epoch });
  });
});
