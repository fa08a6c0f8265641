import { LatchkeyError } from '@latchkey/shared/errors.ts';
import type { SessionAnswer } from '@latchkey/shared/session-api.ts';
import { describe, expect, it } from 'vitest';
import { answer, brokerUrl } from '../../test/extension/fake-broker.ts';
import type { IconLook } from '../platform/action.ts';
import { createToolbarIcon } from './toolbar-icon.ts';

/** An icon, its underlying state, and what it has drawn. */
function badge() {
  const world = {
    broker: brokerUrl as string | undefined,
    reachable: true,
    session: (async () => undefined) as () => Promise<SessionAnswer | undefined>,
  };
  const drawn: IconLook[] = [];
  const update = createToolbarIcon({
    broker: async () => world.broker,
    isReachable: async () => world.reachable,
    current: () => world.session(),
    show: async (look) => void drawn.push(look),
    titleOf: (standing) => `it is ${standing}`,
  });
  return { world, drawn, update };
}

const withState = (state: 'active' | 'recheck' | 'reauth_required'): SessionAnswer => {
  const session = answer([]);
  return { ...session, session: { ...session.session, state } };
};

describe('the icon', () => {
  it('is gray and wants something until there is a broker that may be reached', async () => {
    const { world, drawn, update } = badge();
    world.broker = undefined;
    await update();
    world.broker = brokerUrl;
    world.reachable = false;
    await update();
    const look = { lit: false, badge: '!', title: 'it is not_set_up' };
    expect(drawn).toEqual([look, look]);
  });

  it('is gray where nobody is signed in, lit where somebody is, and marked where the provider wants them again', async () => {
    const { world, drawn, update } = badge();
    await update();
    for (const state of ['active', 'recheck', 'reauth_required'] as const) {
      world.session = async () => withState(state);
      await update();
    }
    expect(drawn).toEqual([
      { lit: false, badge: '', title: 'it is signed_out' },
      { lit: true, badge: '', title: 'it is signed_in' },
      { lit: true, badge: '', title: 'it is signed_in' },
      { lit: true, badge: '!', title: 'it is reauth' },
    ]);
  });

  it('stays as it was while the broker cannot be asked, and goes on afterwards', async () => {
    const { world, drawn, update } = badge();
    world.session = () => Promise.reject(new LatchkeyError({ code: 'offline', message: 'no network' }));
    await update();
    expect(drawn).toEqual([]);
    world.session = async () => withState('active');
    await update();
    expect(drawn).toHaveLength(1);
  });

  it('shows the last state last, however long an earlier look took', async () => {
    const { world, drawn, update } = badge();
    const { promise, resolve } = Promise.withResolvers<undefined>();
    world.session = () => promise;
    const first = update();
    await Promise.resolve();
    const second = update();
    setTimeout(() => {
      resolve(undefined);
      world.session = async () => withState('active');
    });
    await Promise.all([first, second]);
    expect(drawn.map(({ lit }) => lit)).toEqual([false, true]);
  });
});
