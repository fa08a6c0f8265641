import type { Clock } from '@latchkey/shared/time.ts';
import type { StoredValue } from '../../platform/stored-value.ts';
import type { Timer } from '../page/pending-requests.ts';

export interface AskingDeviceDeps {
  /** Until when a device may ask, in milliseconds since the epoch. In memory, and there when the background comes back. */
  until: StoredValue<number>;
  /** What the icon and the popup show has changed. */
  changed(): void;
  after(ms: number): Timer;
  now: Clock;
}

/** Whether a device asks for the main account's user. The popup asks the broker for which one. */
export interface AskingDevice {
  isThere(): Promise<boolean>;
  /** The broker has announced one. Another one may have been there before. */
  announced(): Promise<void>;
  /** The broker has answered whether one is there. */
  told(isThere: boolean): Promise<void>;
}

/** How long a device can ask, in milliseconds: as long as its code lasts. */
const askingMs = 600_000;

export function createAskingDevice({ until, changed, after, now }: AskingDeviceDeps): AskingDevice {
  const isThere = async (): Promise<boolean> => ((await until.get()) ?? 0) > now();
  const set = async (isAsking: boolean): Promise<void> => {
    await (isAsking ? until.set(now() + askingMs) : until.clear());
    changed();
    // Nobody may answer.
    if (isAsking) void after(askingMs).elapsed.then(changed);
  };
  return {
    isThere,
    announced: () => set(true),
    async told(isAsking) {
      // The popup asks again and again. Only news may make it do that.
      if (isAsking !== (await isThere())) await set(isAsking);
    },
  };
}
