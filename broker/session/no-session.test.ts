import { expect, it } from 'vitest';
import { noSession } from './no-session.ts';

const said = (row: Parameters<typeof noSession>[0]) => {
  const { code, members } = noSession(row);
  return { code, ...members };
};

it('says of a session that somebody has ended it', () => {
  expect(said({ state: 'ended', endReason: 'administrator' })).toEqual({ code: 'invalid_session', ended: true });
});

it.each([
  ['is unknown', undefined],
  ['has run out', { state: 'active' }],
  ['was replaced by a newer one', { state: 'ended', endReason: 'replaced' }],
] as const)('says it of none that %s', (_what, row) => {
  expect(said(row)).toEqual({ code: 'invalid_session' });
});
