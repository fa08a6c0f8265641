import { expect, it } from 'vitest';
import { keyIds } from './key-ids.ts';

it('gives each profile two names, always the same, which say nothing about it', () => {
  const ids = keyIds('/home/ada/.config/latchkey/work.json');
  expect(ids).toEqual(keyIds('/home/ada/.config/latchkey/work.json'));
  expect(new Set([...ids, ...keyIds('/home/ada/.config/latchkey/play.json')]).size).toBe(4);
  for (const id of ids) expect(id).toMatch(/^[\w-]{24}$/);
});
