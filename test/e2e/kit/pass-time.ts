import { onTestFinished, vi } from 'vitest';

/** Moves the clock of this process, and so of its broker, forward. The clock then stands still until the test ends. */
export function passTime(ms: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms });
  onTestFinished(() => void vi.useRealTimers());
}
