import * as v from 'valibot';
import { expect, it } from 'vitest';
import { activityAnswer } from './session-activity.ts';

const entry = { id: 7, at: 1_800_000_000, kind: 'browser_signed_out', here: false, is_new: false, by: 'person' };

it.each([
  ['by', 'regulator'],
  ['sign_in', { of: 'car', id: 'c1' }],
])('an entry whose %s only a newer broker knows is shown without it, and hides no other', (part, value) => {
  expect(v.parse(activityAnswer, { entries: [{ ...entry, [part]: value }, entry] }).entries).toEqual([
    { ...entry, [part]: undefined },
    entry,
  ]);
});
