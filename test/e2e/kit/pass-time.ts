import { onTestFinished, vi } from 'vitest';

/** Sets the clock of this process, and of the broker in it, so much later. It stands still from then on, until the test ends. */
export function passTime(ms: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms });
  onTestFinished(() => void vi.useRealTimers());
}
