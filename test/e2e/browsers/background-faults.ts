import { expect } from 'vitest';
import type { Browser } from './browser.ts';

/** Moves the background's clock, until it is stopped. */
export const moveClock = (browser: Browser, ms: number): Promise<void> =>
  browser.inBackground(`(self) => {
    const real = self.Date.now;
    self.Date.now = () => real.call(self.Date) + ${ms};
  }`);

/** Takes the tokens out of the extension's memory: the next one comes from the broker. */
export const forgetTokens = (browser: Browser): Promise<void> =>
  browser.inBackground(`async (self) => {
    const { session } = self.chrome.storage;
    const keys = Object.keys(await session.get(null));
    await session.remove(keys.filter((key) => key.includes('token:[')));
  }`);

/** Lets the broker answer so, until the background is stopped. */
export const answerInstead = (
  browser: Browser,
  call: string,
  answer: { status: number; headers: Record<string, string>; body: object },
): Promise<void> =>
  patchFetch(
    browser,
    call,
    `return self.Response.json(${JSON.stringify(answer.body)}, ${JSON.stringify({ status: answer.status, headers: answer.headers })})`,
  );

/**
 * Holds the next call of `METHOD /path` for ever: before it is sent, or with its answer, which the broker has then
 * given for nothing. What was going on ends when the background is stopped.
 *
 * @returns what waits until a call is held, and then stops the background
 */
export async function stopAt(browser: Browser, when: 'before' | 'after', call: string): Promise<() => Promise<void>> {
  const sent = when === 'after' ? 'await real(input, init);' : '';
  await patchFetch(browser, call, `${sent} self.held = true; return new Promise(() => undefined)`);
  return async () => {
    await expect.poll(() => browser.inBackground('(self) => self.held === true'), { message: call }).toBe(true);
    await browser.stopBackground();
  };
}

/** @param then statements of a function that has `self`, `real`, `input` and `init` */
const patchFetch = (browser: Browser, call: string, then: string): Promise<void> =>
  browser.inBackground(`(self) => {
    const real = self.fetch.bind(self);
    self.fetch = async (input, init = {}) => {
      const asked = (init.method ?? 'GET') + ' ' + new URL(String(input)).pathname;
      if (asked !== ${JSON.stringify(call)}) return real(input, init);
      ${then};
    };
  }`);
