import type { PageEvent } from '@latchkey/shared/page-protocol.ts';
import * as v from 'valibot';
import type { Schema, StoredValue } from '../../platform/stored-value.ts';
import { createSerialQueue } from '../serial-queue.ts';
import { sha256 } from '../sha256.ts';

/** Random ids. They never leave the background. */
interface Mark {
  /** Changes whenever anything that pages remember becomes void. */
  epoch: string;
  /** Changes when what all pages remember becomes void. */
  all: string;
  /** Origin → changes when what its pages remember becomes void. Absent: `all`. */
  own: Record<string, string>;
}

/** One a profile: in a shared one a page would see the events of other accounts. */
type State = Record<string, Mark>;

export const eventState: Schema<State> = v.record(
  v.string(),
  v.object({ epoch: v.string(), all: v.string(), own: v.record(v.string(), v.string()) }),
);

/** Tells the pages of a profile, and the extension's own pages, that something changed. */
export interface PageEvents {
  /** The event that pages of an origin start from: a later one with another epoch voids what they remember. */
  current(origin: string): Promise<PageEvent>;
  /** Of what pages of this origin remember; without one, of anything that was found out. */
  epoch(origin?: string): Promise<string>;
  /**
   * What pages remember is void: somebody signed in or out, or access was taken away.
   *
   * @param origin whose pages; default all. Others must not hear of what is between the person and one site
   */
  reset(ev: PageEvent['ev'], origin?: string): Promise<void>;
  /** Something was added; what pages remember still holds. @param origin as for `reset` */
  hint(ev: PageEvent['ev'], origin?: string): Promise<void>;
}

/** An event on its way to the pages of a profile. */
export interface Broadcast {
  profile: string;
  /** Whose pages; absent: all. */
  origin?: string | undefined;
  /** The event as pages of an origin get it. */
  eventFor(origin: string): Promise<PageEvent>;
}

export interface PageEventsDeps {
  state: StoredValue<State>;
  /** An id that nobody can guess: what pages see is derived from it. */
  newEpoch(): string;
  /** Reaches every approved page that has this profile, whether or not its port is open: ports die with the background. */
  broadcast(broadcast: Broadcast): Promise<void>;
  /** Tells our own popup and windows. */
  changed(): void;
}

const epochOf = ({ epoch, all, own }: Mark, origin: string | undefined): string =>
  origin === undefined ? epoch : (own[origin] ?? all);

/** As pages see an epoch: it says nothing to other sites, even if they compare what they have. */
const eventOf = async (ev: PageEvent['ev'], mark: Mark, origin: string): Promise<PageEvent> => ({
  ev,
  epoch: await sha256(`${epochOf(mark, origin)} ${origin}`),
});

/**
 * Events are hints: they say when to ask again, never what the answer is. Each profile has its own epochs, so
 * that a page whose profile is changed sees another one, and hears nothing of profiles that it doesn't have.
 *
 * @returns a function that returns a profile's events by its ID
 */
export function createPageEvents({
  state,
  newEpoch,
  broadcast,
  changed,
}: PageEventsDeps): (profile: string) => PageEvents {
  // So that no event overtakes another.
  const inTurn = createSerialQueue();
  // Every request of a page reads it, and nothing else writes it.
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
        // Not waited for: a tab behind a dialog, in a debugger or frozen hears late, and would keep every other from its tokens.
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
