import type { ActivityAnswer, ActivityEntry } from '@latchkey/shared/session-activity.ts';
import { beforeEach, expect, it } from 'vitest';
import { memoryArea } from '../../../test/extension/memory.ts';
import { storedValue } from '../../platform/stored-value.ts';
import { createNews, type News, seenActivity } from './news.ts';

const signIn = (id: number, more: Partial<ActivityEntry> = {}): ActivityEntry => ({
  ...{ id, at: id * 60, kind: 'device_signed_in', here: false, is_new: true, sign_in: { of: 'device', id: `d${id}` } },
  ...more,
});

const setting = (id: number): ActivityEntry => ({ id, at: id * 60, kind: 'site_blocked', here: false, is_new: false });
/** Whoever signed in elsewhere changes settings, the newest first. */
const settings = (from: number, count: number) => Array.from({ length: count }, (_, n) => setting(from + n)).reverse();

/** As the broker's pages. */
const pageOf = (before = Number.POSITIVE_INFINITY): ActivityAnswer => {
  const older = entries.filter(({ id }) => id < before);
  const page = older.slice(0, 20);
  return { entries: page, next: older.length > 20 ? page.at(-1)?.id : undefined };
};

let entries: ActivityEntry[];
let answer: (before?: number) => unknown;
let signedIn: boolean;
let clock: number;
let asked: number;
let changes: number;
const disk = memoryArea();
const create = (): News =>
  createNews({
    async activity(before) {
      asked += 1;
      return signedIn ? { sub: 'p1', page: answer(before) } : undefined;
    },
    seen: storedValue(disk, 'seen', seenActivity),
    changed() {
      changes += 1;
    },
    now: () => clock,
  });

beforeEach(async () => {
  await disk.remove(await disk.keys());
  answer = pageOf;
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
  await news.markSeen(pageOf(), 'p1');
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

it('finds a sign-in that other entries have pushed off the first page', async () => {
  const news = create();
  await news.look();
  entries = [...settings(5, 60), signIn(4), ...entries];
  await news.look('announced');
  expect(news.count()).toBe(1);
});

it('a sign-in on a page that the user has not opened stays news, and is none once they have', async () => {
  const news = create();
  await news.look();
  entries = [signIn(26), ...settings(5, 21), signIn(4), ...entries];
  await news.look('announced');
  expect(news.count()).toBe(2);
  const first = pageOf();
  await news.markSeen(first, 'p1');
  expect(news.count()).toBe(1);
  await news.look('announced');
  expect(news.count()).toBe(1);
  await news.markSeen(pageOf(first.next), 'p1', first.next);
  expect(news.count()).toBe(0);
  const restarted = create();
  await restarted.look();
  expect(restarted.count()).toBe(0);
});

it('more than it reads is news, until the user has seen so much that it reads the rest', async () => {
  const news = create();
  await news.look();
  entries = [...settings(5, 300), signIn(4), ...entries];
  asked = 0;
  await news.look('announced');
  expect([news.count(), asked]).toEqual([1, 10]);
  let before: number | undefined;
  const open = async (): Promise<void> => {
    const page = pageOf(before);
    await news.markSeen(page, 'p1', before);
    before = page.next;
  };
  await open();
  expect(news.count()).toBe(1);
  // Fifteen pages of settings, and then the sign-in.
  for (let pages = 1; pages < 15; pages += 1) await open();
  expect(news.count()).toBe(1);
  await open();
  expect(news.count()).toBe(0);
  const restarted = create();
  await restarted.look();
  expect(restarted.count()).toBe(0);
});

it('more than it reads is none once it has read the rest and found nothing', async () => {
  const news = create();
  await news.look();
  entries = [...settings(5, 300), ...entries];
  await news.look('announced');
  expect(news.count()).toBe(1);
  let before: number | undefined;
  for (let pages = 0; pages < 7; pages += 1) {
    const page = pageOf(before);
    await news.markSeen(page, 'p1', before);
    before = page.next;
  }
  expect(news.count()).toBe(0);
});

it('pages that another user has seen are not skipped', async () => {
  const news = create();
  await news.look();
  entries = [...settings(5, 60), signIn(4), ...entries];
  await news.markSeen({ ...pageOf(), next: 3 }, 'p2');
  expect(news.count()).toBe(1);
});

it('reads again only what is newer than the last look that found nothing', async () => {
  const news = create();
  await news.look();
  entries = [...settings(5, 60), ...entries];
  await news.look('announced');
  asked = 0;
  await news.look('announced');
  expect([news.count(), asked]).toEqual([0, 1]);
});

it('this browser’s own sign-in is no news once its cookie is lost, also after a restart', async () => {
  await create().look();
  entries = [signIn(4, { here: true }), ...entries];
  await create().look();
  entries = [signIn(5, { here: true }), signIn(4), signIn(3)];
  const news = create();
  await news.look();
  expect(news.count()).toBe(0);
});

it('finds an entry that appears after a newer one', async () => {
  const news = create();
  await news.look();
  entries = [setting(5), ...entries];
  await news.look('announced');
  entries = [setting(5), signIn(4, { at: 299 }), signIn(3)];
  await news.look('announced');
  expect(news.count()).toBe(1);
});

it.each([
  ['is empty', () => ({ entries: [] })],
  ['can’t be read', () => ({ entries: 'none' })],
  [
    'does not come',
    () => {
      throw new TypeError('fetch failed');
    },
  ],
  ['can’t be read further on', (before?: number) => (before === undefined ? pageOf() : {})],
])('a page that %s makes nothing old news, and nothing new old', async (_what, broken) => {
  const news = create();
  await news.look();
  entries = [...settings(5, 60), signIn(4), ...entries];
  answer = broken;
  await news.look('announced');
  await news.markSeen({ entries: 'none' }, 'p1');
  answer = pageOf;
  await news.look('announced');
  expect(news.count()).toBe(1);
  answer = broken;
  await news.look('announced');
  answer = pageOf;
  await news.look('announced');
  expect(news.count()).toBe(1);
});

it('a first page that can’t be read does not make everything news', async () => {
  const news = create();
  answer = () => ({});
  await news.look();
  answer = pageOf;
  await news.look();
  expect(news.count()).toBe(0);
});

it('keeps the number while the broker does not answer', async () => {
  const news = create();
  await news.look();
  entries = [signIn(4), ...entries];
  await news.look('announced');
  answer = () => {
    throw new TypeError('fetch failed');
  };
  await news.look('announced');
  expect(news.count()).toBe(1);
});
