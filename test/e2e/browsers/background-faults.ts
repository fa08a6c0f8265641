import { expect } from 'vitest';
import type { Browser } from './browser.ts';

/** Moves the background's clock until the background is stopped. */
export const moveClock = (browser: Browser, ms: number): Promise<void> =>
  browser.inBackground(`(self) => {
    const real = self.Date.now;
    self.Date.now = () => real.call(self.Date) + ${ms};
  }`);

/** Clears the extension's token cache, so the next token comes from the broker. */
export const forgetTokens = (browser: Browser): Promise<void> =>
  browser.inBackground(`async (self) => {
    const { session } = self.chrome.storage;
    const keys = Object.keys(await session.get(null));
    await session.remove(keys.filter((key) => key.includes('token:[')));
  }`);

/** Overrides the broker's answers until the background is stopped. */
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
 * Holds the next call of `METHOD /path` forever, either before it is sent or when its answer arrives. In the latter
 * case, the broker has already processed the call. The pending work ends when the background is stopped.
 *
 * @returns a function that waits until a call is held, and then stops the background
 */
export async function stopAt(browser: Browser, when: 'before' | 'after', call: string): Promise<() => Promise<void>> {
  const sent = when === 'after' ? 'await real(input, init);' : '';
  await patchFetch(browser, call, `${sent} self.held = true; return new Promise(() => undefined)`);
  return async () => {
    await expect.poll(() => browser.inBackground('(self) => self.held === true'), { message: call }).toBe(true);
    await browser.stopBackground();
  };
}

/** @param then the body of a function with `self`, `real`, `input` and `init` in scope */
const patchFetch = (browser: Browser, call: string, then: string): Promise<void> =>
  browser.inBackground(`(self) => {
    const real = self.fetch.bind(self);
    self.fetch = async (input, init = {}) => {
      const asked = (init.method ?? 'GET') + ' ' + new URL(String(input)).pathname;
      if (asked !== ${JSON.stringify(call)}) return real(input, init);
      ${then};
    };
  }`);
