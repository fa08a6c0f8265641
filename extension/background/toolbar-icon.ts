import type { SessionAnswer } from '@latchkey/shared/session-api.ts';
import type { IconLook } from '../platform/action.ts';
import type { OpenPage } from '../platform/windows.ts';
import type { TabStanding } from './page/tab-standing.ts';
import { createSerialQueue } from './serial-queue.ts';

/** The states that the icon shows: of the extension, and in the tab of a site those of the site. */
export type Standing = 'not_set_up' | 'signed_out' | 'reauth' | 'signed_in' | 'news' | 'device' | TabStanding;

/** Gray if pages can get no tokens, a badge if it needs the user or the site has access, and plain otherwise. */
const looks: Record<Standing, Omit<IconLook, 'title'>> = {
  not_set_up: { lit: false, badge: '!' },
  signed_out: { lit: false, badge: '' },
  reauth: { lit: true, badge: '!' },
  signed_in: { lit: true, badge: '' },
  news: { lit: true, badge: '!' },
  device: { lit: true, badge: '!' },
  connected: { lit: true, badge: '✓', tone: 'good' },
  not_connected: { lit: true, badge: '' },
  blocked: { lit: false, badge: '×' },
  asking: { lit: true, badge: '!' },
};

export interface ToolbarIconDeps {
  broker(): Promise<string | undefined>;
  isReachable(origin: string): Promise<boolean>;
  /** Asks the broker once per browser start. */
  current(): Promise<SessionAnswer | undefined>;
  /** `news`: a new browser or device signed in that the user has not seen. `device`: one asks for the user. */
  news(): Promise<'news' | 'device' | undefined>;
  /** The pages in tabs that the extension can see. */
  pages(): Promise<OpenPage[]>;
  standingOf(page: OpenPage): Promise<TabStanding | undefined>;
  /** @param tabId draws it in one tab only. Fails if the tab is gone */
  show(look: IconLook, tabId?: number): Promise<void>;
  titleOf(standing: Standing): string;
}

export interface ToolbarIcon {
  /** Draws the icon everywhere. Call it whenever the state may have changed. */
  draw(): Promise<void>;
  /** Draws the icon of a tab that shows a new page. Browsers then forget what the tab had. */
  drawIn(page: OpenPage): Promise<void>;
}

export function createToolbarIcon({
  broker,
  isReachable,
  current,
  news,
  pages,
  standingOf,
  show,
  titleOf,
}: ToolbarIconDeps): ToolbarIcon {
  /** By tab. Tabs whose icon never differed from the others' aren't in it. */
  let drawn = new Map<number, Standing>();

  const standing = async (): Promise<Standing> => {
    const issuer = await broker();
    if (issuer === undefined || !(await isReachable(issuer))) return 'not_set_up';
    const session = await current();
    if (!session) return 'signed_out';
    if (session.session.state === 'reauth_required') return 'reauth';
    return (await news()) ?? 'signed_in';
  };
  const lookOf = (now: Standing): IconLook => ({ ...looks[now], title: titleOf(now) });

  /** @param everywhere the state that the icon has in other tabs */
  const drawTab = async (page: OpenPage, everywhere: Standing): Promise<void> => {
    const { tabId } = page;
    const own =
      everywhere === 'not_set_up' || everywhere === 'news' || everywhere === 'device'
        ? undefined
        : await standingOf(page);
    const now = own ?? everywhere;
    if (!own && !drawn.has(tabId)) return;
    if (drawn.get(tabId) === now) return;
    drawn.set(tabId, now);
    // The tab may be gone by now.
    await show(lookOf(now), tabId).catch(() => undefined);
  };

  // Draw in order, so that the latest state wins.
  const inTurn = createSerialQueue();
  const whenKnown = (work: (everywhere: Standing) => Promise<void>) =>
    inTurn(async () => {
      // The state is unknown without the broker. Leave the icon unchanged.
      const now = await standing().catch(() => undefined);
      if (now) await work(now);
    });
  return {
    draw: () =>
      whenKnown(async (now) => {
        await show(lookOf(now));
        const open = await pages();
        drawn = new Map([...drawn].filter(([tabId]) => open.some((page) => page.tabId === tabId)));
        for (const page of open) await drawTab(page, now);
      }),
    drawIn: (page) =>
      whenKnown(async (now) => {
        drawn.delete(page.tabId);
        await drawTab(page, now);
      }),
  };
}
