import type { ActivityEntry } from '@latchkey/shared/session-activity.ts';
import { beforeEach, expect, it } from 'vitest';
import { memoryArea } from '../../../test/extension/memory.ts';
import { storedValue } from '../../platform/stored-value.ts';
import { createNews, type News, seenActivity } from './news.ts';

const signIn = (id: number, more: Partial<ActivityEntry> = {}): ActivityEntry => ({
  ...{ id, at: id, kind: 'device_signed_in', here: false, is_new: true, sign_in: { of: 'device', id: `d${id}` } },
  ...more,
});

let entries: ActivityEntry[];
let signedIn: boolean;
let clock: number;
let asked: number;
let changes: number;
const disk = memoryArea();
const create = (): News =>
  createNews({
    async activity() {
      asked += 1;
      return signedIn ? { sub: 'p1', page: { entries } } : undefined;
    },
    seen: storedValue(disk, 'seen', seenActivity),
    changed() {
      changes += 1;
    },
    now: () => clock,
  });

beforeEach(async () => {
  await disk.remove(await disk.keys());
  [entries, signedIn, clock, asked, changes] = [[signIn(3)], true, 1_000_000, 0, 0];
});

it('what was before this browser signed in is no news', async () => {
  const news = create();
  await news.look();
  expect(news.count()).toBe(0);
  entries = [signIn(4), ...entries];
  await news.look('announced');
  expect([news.count(), changes]).toEqual([1, 1]);
});

it('what the user has seen is no news, also after a restart', async () => {
  let news = create();
  await news.look();
  entries = [signIn(5), signIn(4), ...entries];
  await news.look('announced');
  expect(news.count()).toBe(2);
  await news.markSeen('p1', { entries });
  expect(news.count()).toBe(0);
  news = create();
  await news.look();
  expect(news.count()).toBe(0);
});

it('this browser, one that signs in again, and one that is signed out by now are no news', async () => {
  const news = create();
  await news.look();
  entries = [signIn(4, { here: true }), signIn(5, { is_new: false }), signIn(6, { sign_in: undefined }), ...entries];
  await news.look('announced');
  expect(news.count()).toBe(0);
});

it('asks once a minute, and at once when the broker announces something', async () => {
  const news = create();
  await news.look();
  await news.look();
  expect(asked).toBe(1);
  await news.look('announced');
  expect(asked).toBe(2);
  clock += 60_000;
  await news.look();
  expect(asked).toBe(3);
});

it('has none for a user who is signed out', async () => {
  const news = create();
  await news.look();
  entries = [signIn(4), ...entries];
  await news.look('announced');
  signedIn = false;
  await news.look('announced');
  expect(news.count()).toBe(0);
});
