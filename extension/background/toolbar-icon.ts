import type { SessionAnswer } from '@latchkey/shared/session-api.ts';
import type { IconLook } from '../platform/action.ts';
import { createSerialQueue } from './serial-queue.ts';

/** What the icon tells. */
export type Standing = 'not_set_up' | 'signed_out' | 'reauth' | 'signed_in';

/** Gray where Latchkey gives nothing to anybody, a mark where it waits for the person, and nothing where all is well. */
const looks: Record<Standing, Omit<IconLook, 'title'>> = {
  not_set_up: { lit: false, badge: '!' },
  signed_out: { lit: false, badge: '' },
  reauth: { lit: true, badge: '!' },
  signed_in: { lit: true, badge: '' },
};

export interface ToolbarIconDeps {
  broker(): Promise<string | undefined>;
  isReachable(origin: string): Promise<boolean>;
  /** Asks the broker once after a start of the browser. */
  current(): Promise<SessionAnswer | undefined>;
  show(look: IconLook): Promise<void>;
  titleOf(standing: Standing): string;
}

/** @returns what draws the toolbar's icon anew; to be called whenever what it tells may have changed */
export function createToolbarIcon({
  broker,
  isReachable,
  current,
  show,
  titleOf,
}: ToolbarIconDeps): () => Promise<void> {
  const standing = async (): Promise<Standing> => {
    const issuer = await broker();
    if (issuer === undefined || !(await isReachable(issuer))) return 'not_set_up';
    const session = await current();
    if (!session) return 'signed_out';
    return session.session.state === 'reauth_required' ? 'reauth' : 'signed_in';
  };
  // So that the last change is drawn last.
  const inTurn = createSerialQueue();
  return () =>
    inTurn(async () => {
      // Where the broker can't be asked nothing is known, and what was drawn stays.
      const now = await standing().catch(() => undefined);
      if (now) await show({ ...looks[now], title: titleOf(now) });
    });
}
