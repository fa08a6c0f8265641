import { browser } from './browser.ts';

/** A clock that goes on while the background is stopped, and wakes it. */
export interface Alarm {
  /** Rings every so often from now on; does nothing where it rings already. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Must be called before the first `await` of the background. */
  onRing(listener: () => void): void;
}

/** @param periodInMinutes 0.5 at least, the browsers' own minimum */
export const alarm = (name: string, periodInMinutes: number): Alarm => ({
  async start() {
    // Setting an alarm again would put off its next ring.
    if (!(await browser.alarms.get(name))) browser.alarms.create(name, { periodInMinutes });
  },
  async stop() {
    await browser.alarms.clear(name);
  },
  onRing: (listener) =>
    browser.alarms.onAlarm.addListener((rung) => {
      if (rung.name === name) listener();
    }),
});
