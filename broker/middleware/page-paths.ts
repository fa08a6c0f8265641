import type { NextStep } from '../web/pages/next.ts';

/** Paths that people open in a browser, and where they can continue from there. All other paths return errors as JSON. */
export const pagePaths: ReadonlyMap<string, NextStep | undefined> = new Map<string, NextStep | undefined>([
  ['/', 'enterCode'],
  ['/device', 'enterCode'],
  ['/device/decision', 'enterCode'],
  // These paths lead back to the client, not to another page.
  ['/authorize', undefined],
  ['/authorize/decision', undefined],
  ['/logout', undefined],
  ['/account', 'account'],
  ['/callback', 'enterCode'],
  ['/result', 'enterCode'],
  ['/signout', 'enterCode'],
]);
