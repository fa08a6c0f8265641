import { expect, it } from 'vitest';
import { canOverwrite, hasColors } from './terminal.ts';

it.each([
  [true, {}, [true, true]],
  [true, { TERM: 'xterm-256color' }, [true, true]],
  [true, { TERM: 'dumb' }, [false, false]],
  [true, { NO_COLOR: '1' }, [true, false]],
  [true, { NO_COLOR: '' }, [true, true]],
  [false, { TERM: 'xterm' }, [false, false]],
])('a terminal (%s) with %j: written over, colors %j', (isTTY, env, expected) => {
  expect([canOverwrite({ isTTY }, env), hasColors({ isTTY }, env)]).toEqual(expected);
});
