import { browser } from './browser.ts';

/** A timer that keeps running while the background is stopped, and wakes it. */
export interface Alarm {
  /** Starts the alarm. Does nothing if it is running. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Call it before the first `await` of the background. */
  onRing(listener: () => void): void;
}

/** @param periodInMinutes at least 0.5, the browsers' minimum */
export const alarm = (name: string, periodInMinutes: number): Alarm => ({
  async start() {
    // Creating an alarm again would postpone its next run.
    if (!(await browser.alarms.get(name))) await browser.alarms.create(name, { periodInMinutes });
  },
  async stop() {
    await browser.alarms.clear(name);
  },
  onRing: (listener) =>
    browser.alarms.onAlarm.addListener((rung) => {
      if (rung.name === name) listener();
    }),
});
