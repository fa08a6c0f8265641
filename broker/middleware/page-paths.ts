import { anywhere, type NextStep } from '../web/pages/next.ts';

/** Paths that people open in a browser, and where they can continue from there. All other paths return errors as JSON. */
export const pagePaths: ReadonlyMap<string, readonly NextStep[]> = new Map<string, readonly NextStep[]>([
  ['/', ['enterCode']],
  ['/device', ['enterCode']],
  ['/device/decision', ['enterCode']],
  // These paths lead back to the client, not to another page.
  ['/authorize', []],
  ['/authorize/decision', []],
  ['/logout', []],
  ['/account', ['account']],
  // A sign-in for any of these pages.
  ['/callback', anywhere],
  ['/result', anywhere],
  ['/signout', anywhere],
]);
