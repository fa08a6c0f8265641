import type { PageEvent } from '@latchkey/shared/page-protocol.ts';
import type { StoredValue } from '../../platform/stored-value.ts';
import { createSerialQueue } from '../serial-queue.ts';

interface Mark {
  seq: number;
  epoch: string;
}

/** One a profile: in shared numbers a page would see the gaps that the events of other accounts leave. */
type State = Record<string, Mark>;

/** Tells the pages of one profile, and our own windows, that something changed. */
export interface PageEvents {
  /** The event a page starts from: a later one with another epoch voids what it remembers. */
  current(): Promise<PageEvent>;
  epoch(): Promise<string>;
  /** What pages remember is void: somebody signed in or out, or access was taken away. */
  reset(ev: PageEvent['ev']): Promise<void>;
  /** Something was added; what pages remember still holds. */
  hint(ev: PageEvent['ev']): Promise<void>;
}

export interface PageEventsDeps {
  state: StoredValue<State>;
  newEpoch(): string;
  /** Reaches every approved page that has this profile, whether or not its port is open: ports die with the background. */
  broadcast(event: PageEvent, profile: string): Promise<void>;
  /** Tells our own popup and windows. */
  changed(): void;
}

/**
 * Events are hints: they say when to ask again, never what the answer is. Each profile has its own epoch, so
 * that a page whose profile is changed sees another one, and hears nothing of profiles that it doesn't have.
 *
 * @returns the events of a profile, by its id
 */
export function createPageEvents({
  state,
  newEpoch,
  broadcast,
  changed,
}: PageEventsDeps): (profile: string) => PageEvents {
  // So that no two events of a profile share a number.
  const inTurn = createSerialQueue();
  // Each request of a page looks at it, and nobody else writes it.
  let memory: State | undefined;

  return (profile) => {
    const read = async (): Promise<State> => memory ?? (await state.get()) ?? {};
    const save = async (mark: Mark): Promise<Mark> => {
      const next = { ...(await read()), [profile]: mark };
      await state.set(next);
      memory = next;
      return mark;
    };
    const load = async (): Promise<Mark> => (await read())[profile] ?? save({ seq: 0, epoch: newEpoch() });
    const emit = (ev: PageEvent['ev'], epoch: (old: string) => string) =>
      inTurn(async () => {
        const old = await load();
        const mark = await save({ seq: old.seq + 1, epoch: epoch(old.epoch) });
        // Not waited for: a tab behind a dialog, in a debugger or frozen hears late, and would keep every other from its tokens.
        broadcast({ ev, ...mark }, profile).catch((error: unknown) => reportError(error));
        changed();
      });
    return {
      current: () => inTurn(async () => ({ ev: 'session', ...(await load()) })),
      epoch: () => inTurn(async () => (await load()).epoch),
      reset: (ev) => emit(ev, newEpoch),
      hint: (ev) => emit(ev, (old) => old),
    };
  };
}
