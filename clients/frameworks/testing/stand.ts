import { type FakeLatchkey, type FakeLatchkeyOptions, fakeLatchkey } from '@latchkey/testing';
import { afterEach, beforeEach, expect, vi } from 'vitest';
import { turns } from './place.ts';

export const api = 'https://api.example.com';
export const read = ['orders:read'];
export const offered = { [api]: ['orders:read', 'orders:write'] };
/** Ada is signed in, and the site may read. */
export const everything: FakeLatchkeyOptions = {
  account: { sub: 'ada', name: 'Ada' },
  granted: { [api]: read },
  offered,
};
export const grace = { sub: 'grace', name: 'Grace Hopper' };

/** What a test leaves to do at its end, in the order of the beginnings. */
export const cleanups: (() => void)[] = [];

/** Ends what a test began, and fails it if the framework has complained. */
export function endEachTest(): void {
  const complaints = [vi.spyOn(console, 'warn'), vi.spyOn(console, 'error')];
  beforeEach(() => {
    for (const each of complaints) each.mockClear();
  });
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) cleanup();
    // The connection, which has the tokens, closes a turn later.
    await turns();
    expect(complaints.flatMap((each) => each.mock.calls)).toEqual([]);
  });
}

/** The stand-in for the extension, until the test ends. */
export function fake(more?: FakeLatchkeyOptions): FakeLatchkey {
  const stand = fakeLatchkey({ offered, ...more });
  cleanups.push(() => stand.close());
  return stand;
}
