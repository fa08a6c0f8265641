import type { PageEvent } from '@latchkey/shared/page-protocol.ts';
import { describe, expect, it } from 'vitest';
import { memoryArea } from '../../../test/extension/memory.ts';
import { storedValue } from '../../platform/stored-value.ts';
import { createPageEvents } from './page-events.ts';

function setUp(area = memoryArea(), heard: Promise<void> = Promise.resolve()) {
  const sent: (PageEvent & { profile: string })[] = [];
  let epochs = 0;
  const newEpoch = () => {
    epochs += 1;
    return `epoch-${epochs}`;
  };
  const broadcast = (event: PageEvent, profile: string) => {
    sent.push({ ...event, profile });
    return heard;
  };
  const eventsOf = createPageEvents({
    state: storedValue(area, 'events'),
    newEpoch,
    broadcast,
    changed: () => undefined,
  });
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

  it('of a profile never share a number, and have no gaps where those of another were', async () => {
    const { events, others, sent } = setUp();
    await Promise.all([events.hint('access'), others.reset('session'), events.hint('access')]);
    expect(sent.filter(({ profile }) => profile === 'a').map(({ seq }) => seq)).toEqual([1, 2]);
    expect(sent.filter(({ profile }) => profile === 'b').map(({ seq }) => seq)).toEqual([1]);
  });

  it('keep nobody waiting for a tab that does not hear them', async () => {
    const { events, sent } = setUp(memoryArea(), new Promise(() => undefined));
    await events.reset('session');
    await events.hint('access');
    expect(await events.epoch()).toBe('epoch-2');
    expect(sent).toHaveLength(2);
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
