import { LatchkeyError } from '@latchkey/shared/errors.ts';
import type { SessionAnswer } from '@latchkey/shared/session-api.ts';
import { describe, expect, it } from 'vitest';
import { answer, brokerUrl } from '../../test/extension/fake-broker.ts';
import type { IconLook } from '../platform/action.ts';
import type { OpenPage } from '../platform/windows.ts';
import type { TabStanding } from './page/tab-standing.ts';
import { createToolbarIcon } from './toolbar-icon.ts';

/** An icon, its underlying state, and what it has drawn. */
function badge() {
  const world = {
    broker: brokerUrl as string | undefined,
    reachable: true,
    session: (async () => undefined) as () => Promise<SessionAnswer | undefined>,
    news: undefined as 'news' | 'device' | undefined,
    /** The site's tabs, and how each stands. */
    tabs: new Map<number, TabStanding | undefined>(),
    gone: new Set<number>(),
  };
  const drawn: IconLook[] = [];
  const drawnIn: [tabId: number, badge: string, title: string][] = [];
  const pageIn = (tabId: number): OpenPage => ({ tabId, origin: 'https://shop.test', isApart: false });
  const icon = createToolbarIcon({
    broker: async () => world.broker,
    isReachable: async () => world.reachable,
    current: () => world.session(),
    news: async () => world.news,
    pages: async () => [pageIn(99), ...[...world.tabs.keys()].map(pageIn)],
    standingOf: async ({ tabId }) => world.tabs.get(tabId),
    async show(look, tabId) {
      if (tabId === undefined) drawn.push(look);
      else if (world.gone.has(tabId)) throw new Error(`No tab with id: ${tabId}`);
      else drawnIn.push([tabId, look.badge, look.title]);
    },
    titleOf: (standing) => `it is ${standing}`,
  });
  return { world, drawn, drawnIn, update: icon.draw, drawIn: (tabId: number) => icon.drawIn(pageIn(tabId)) };
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

describe('the icon in the tab of a site', () => {
  it('says whether the site has access, is blocked, or waits for an answer', async () => {
    const { world, drawn, drawnIn, update } = badge();
    world.session = async () => withState('active');
    world.tabs = new Map([
      [1, 'connected'],
      [2, 'not_connected'],
      [3, 'blocked'],
      [4, 'asking'],
      [5, 'reauth'],
    ]);
    await update();
    expect(drawn).toEqual([{ lit: true, badge: '', title: 'it is signed_in' }]);
    expect(drawnIn).toEqual([
      [1, '✓', 'it is connected'],
      [2, '', 'it is not_connected'],
      [3, '×', 'it is blocked'],
      [4, '!', 'it is asking'],
      [5, '!', 'it is reauth'],
    ]);
  });

  it('is drawn again when it changes, when the tab shows a new page, and not otherwise', async () => {
    const { world, drawnIn, update, drawIn } = badge();
    world.session = async () => withState('active');
    world.tabs.set(1, 'not_connected');
    await update();
    await update();
    world.tabs.set(1, 'connected');
    await update();
    await drawIn(1);
    expect(drawnIn.map(([, mark]) => mark)).toEqual(['', '✓', '✓']);
  });

  it('is that of the extension again after a sign-out', async () => {
    const { world, drawnIn, update } = badge();
    world.session = async () => withState('active');
    world.tabs.set(1, 'connected');
    await update();
    world.session = async () => undefined;
    world.tabs.clear();
    // The tab is still open, and its page no longer a site of anyone.
    world.tabs.set(1, undefined);
    await update();
    expect(drawnIn.at(-1)).toEqual([1, '', 'it is signed_out']);
  });

  it('of a tab that was closed in this moment holds up no other', async () => {
    const { world, drawnIn, update } = badge();
    world.session = async () => withState('active');
    world.tabs = new Map([
      [1, 'connected'],
      [2, 'connected'],
    ]);
    world.gone.add(1);
    await update();
    expect(drawnIn.map(([tabId]) => tabId)).toEqual([2]);
  });

  it.each(['news', 'device'] as const)(
    'tells in every tab of what waits for the user, until they have seen it: %s',
    async (what) => {
      const { world, drawn, drawnIn, update } = badge();
      world.session = async () => withState('active');
      world.tabs.set(1, 'connected');
      await update();
      world.news = what;
      await update();
      expect([drawn.at(-1), drawnIn.at(-1)]).toMatchObject([
        { badge: '!', title: `it is ${what}` },
        [1, '!', `it is ${what}`],
      ]);
      world.news = undefined;
      await update();
      expect([drawn.at(-1), drawnIn.at(-1)]).toMatchObject([{ badge: '' }, [1, '✓', 'it is connected']]);
    },
  );
});
