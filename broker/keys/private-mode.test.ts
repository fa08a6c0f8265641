import { expect, it } from 'vitest';
import { isPrivateMode } from './private-mode.ts';

const [root, broker] = [0, 10_001];

it.each([
  [0o600, broker, broker, true],
  [0o400, broker, broker, true],
  [0o640, broker, broker, false],
  [0o604, broker, broker, false],
  // A secret that is mounted with fsGroup.
  [0o440, root, broker, true],
  [0o640, root, broker, true],
  [0o660, root, broker, false],
  [0o444, root, broker, false],
  [0o440, root, root, false],
  [0o440, 1_000, broker, false],
  [0o666, 0, undefined, true],
])('mode %o of user %s, read by %s: %s', (mode, uid, user, isPrivate) => {
  expect(isPrivateMode({ mode: 0o100_000 | mode, uid }, user)).toBe(isPrivate);
});
