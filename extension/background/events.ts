import type { PageEvent } from '#shared/page-protocol.ts';
import type { Slot } from '../platform/slot.ts';
import { createTurns } from './turns.ts';

interface State {
  seq: number;
  epoch: string;
}

/** Tells pages and our own windows that something changed. */
export interface Events {
  /** The event a page starts from: a later one with another epoch voids what it remembers. */
  current(): Promise<PageEvent>;
  epoch(): Promise<string>;
  /** What pages remember is void: somebody signed in or out, or access was taken away. */
  reset(ev: PageEvent['ev']): Promise<void>;
  /** Something was added; what pages remember still holds. */
  hint(ev: PageEvent['ev']): Promise<void>;
}

export interface EventsDeps {
  state: Slot<State>;
  newEpoch(): string;
  /** Reaches every approved page, whether or not its port is open: ports die with the background. */
  broadcast(event: PageEvent): Promise<void>;
  /** Tells our own popup and windows. */
  changed(): void;
}

/** Events are hints: they say when to ask again, never what the answer is. */
export function createEvents({ state, newEpoch, broadcast, changed }: EventsDeps): Events {
  const load = async (): Promise<State> => {
    const stored = await state.get();
    if (stored) return stored;
    const first = { seq: 0, epoch: newEpoch() };
    await state.set(first);
    return first;
  };
  // So that no two events share a number.
  const inTurn = createTurns();
  const emit = (ev: PageEvent['ev'], next: (old: State) => State) =>
    inTurn(async () => {
      const now = next(await load());
      await state.set(now);
      await broadcast({ ev, ...now });
      changed();
    });
  return {
    current: () => inTurn(async () => ({ ev: 'session', ...(await load()) })),
    epoch: () => inTurn(async () => (await load()).epoch),
    reset: (ev) => emit(ev, ({ seq }) => ({ seq: seq + 1, epoch: newEpoch() })),
    hint: (ev) => emit(ev, ({ seq, epoch }) => ({ seq: seq + 1, epoch })),
  };
}
