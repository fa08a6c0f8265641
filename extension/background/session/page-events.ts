import type { PageEvent } from '@latchkey/shared/page-protocol.ts';
import * as v from 'valibot';
import type { Schema, StoredValue } from '../../platform/stored-value.ts';
import { createSerialQueue } from '../serial-queue.ts';
import { sha256 } from '../sha256.ts';

/** Random IDs. They never leave the background. */
interface Mark {
  /** Changes whenever any page's cached state becomes invalid. */
  epoch: string;
  /** Changes when the cached state of all pages becomes invalid. */
  all: string;
  /** By origin: changes when the cached state of its pages becomes invalid. Defaults to `all`. */
  own: Record<string, string>;
}

/** One mark per profile. With a shared one, a page could see events of other accounts. */
type State = Record<string, Mark>;

export const eventState: Schema<State> = v.record(
  v.string(),
  v.object({ epoch: v.string(), all: v.string(), own: v.record(v.string(), v.string()) }),
);

/** Notifies a profile's pages and the extension's own pages of changes. */
export interface PageEvents {
  /** The event that an origin's pages start from. A later event with another epoch invalidates their cached state. */
  current(origin: string): Promise<PageEvent>;
  /** The epoch of this origin's pages. Without an origin, it changes with every reset of any origin. */
  epoch(origin?: string): Promise<string>;
  /**
   * Invalidates what pages have cached: a user signed in or out, or access was revoked.
   *
   * @param origin whose pages to notify. Defaults to all. Other sites must not learn what the user does with one site
   */
  reset(ev: PageEvent['ev'], origin?: string): Promise<void>;
  /** Something was added. What pages have cached stays valid. @param origin as for `reset` */
  hint(ev: PageEvent['ev'], origin?: string): Promise<void>;
}

/** An event on its way to the pages of a profile. */
export interface Broadcast {
  profile: string;
  /** Whose pages to notify. Absent for all. */
  origin?: string | undefined;
  /** The event that an origin's pages get. */
  eventFor(origin: string): Promise<PageEvent>;
}

export interface PageEventsDeps {
  state: StoredValue<State>;
  /** Creates an unguessable ID. The epochs that pages see are derived from it. */
  newEpoch(): string;
  /** Reaches every approved page with this profile, even without an open port. Ports die with the background. */
  broadcast(broadcast: Broadcast): Promise<void>;
  /** Notifies the extension's own popup and windows. */
  changed(): void;
}

const epochOf = ({ epoch, all, own }: Mark, origin: string | undefined): string =>
  origin === undefined ? epoch : (own[origin] ?? all);

/** Hashes the epoch per origin, so that sites can't correlate users by comparing epochs. */
const eventOf = async (ev: PageEvent['ev'], mark: Mark, origin: string): Promise<PageEvent> => ({
  ev,
  epoch: await sha256(`${epochOf(mark, origin)} ${origin}`),
});

/**
 * Events are hints: they say when to ask again, never what the answer is. Each profile has its own epochs. A page whose
 * profile changes gets a different epoch, and it gets no events of other profiles.
 *
 * @returns a function that returns a profile's events by its ID
 */
export function createPageEvents({
  state,
  newEpoch,
  broadcast,
  changed,
}: PageEventsDeps): (profile: string) => PageEvents {
  // Keeps events in order.
  const inTurn = createSerialQueue();
  // A copy of `state`, because every request of a page reads it. Nothing else writes `state`.
  let memory: State | undefined;

  return (profile) => {
    const read = async (): Promise<State> => memory ?? (await state.get()) ?? {};
    const save = async (mark: Mark): Promise<Mark> => {
      const next = { ...(await read()), [profile]: mark };
      await state.set(next);
      memory = next;
      return mark;
    };
    const renewed = (): Mark => {
      const epoch = newEpoch();
      return { epoch, all: epoch, own: {} };
    };
    const load = async (): Promise<Mark> => (await read())[profile] ?? save(renewed());
    const emit = (ev: PageEvent['ev'], origin: string | undefined, next: (old: Mark) => Mark) =>
      inTurn(async () => {
        const mark = await save(next(await load()));
        // Don't wait: one tab that is frozen, in a debugger or behind a dialog would keep all others from their tokens.
        broadcast({ profile, origin, eventFor: (at) => eventOf(ev, mark, at) }).catch((error: unknown) =>
          reportError(error),
        );
        changed();
      });
    return {
      current: (origin) => inTurn(async () => eventOf('session', await load(), origin)),
      epoch: (origin) => inTurn(async () => epochOf(await load(), origin)),
      reset: (ev, origin) =>
        emit(ev, origin, (old) => {
          const fresh = renewed();
          if (origin === undefined) return fresh;
          return { ...old, epoch: fresh.epoch, own: { ...old.own, [origin]: fresh.epoch } };
        }),
      hint: (ev, origin) => emit(ev, origin, (old) => old),
    };
  };
}
