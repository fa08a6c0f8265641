import type { SessionAnswer } from '@latchkey/shared/session-api.ts';
import type { IconLook } from '../platform/action.ts';
import { createSerialQueue } from './serial-queue.ts';

/** The states that the icon shows. */
export type Standing = 'not_set_up' | 'signed_out' | 'reauth' | 'signed_in';

/** Gray if no site can get tokens, a badge if it needs the user, and plain otherwise. */
const looks: Record<Standing, Omit<IconLook, 'title'>> = {
  not_set_up: { lit: false, badge: '!' },
  signed_out: { lit: false, badge: '' },
  reauth: { lit: true, badge: '!' },
  signed_in: { lit: true, badge: '' },
};

export interface ToolbarIconDeps {
  broker(): Promise<string | undefined>;
  isReachable(origin: string): Promise<boolean>;
  /** Asks the broker once per browser start. */
  current(): Promise<SessionAnswer | undefined>;
  show(look: IconLook): Promise<void>;
  titleOf(standing: Standing): string;
}

/** @returns a function that draws the icon. Call it whenever the state may have changed */
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
  // Draw in order, so that the latest state wins.
  const inTurn = createSerialQueue();
  return () =>
    inTurn(async () => {
      // The state is unknown without the broker. Leave the icon unchanged.
      const now = await standing().catch(() => undefined);
      if (now) await show({ ...looks[now], title: titleOf(now) });
    });
}
