import { expect, it } from 'vitest';
import { OAuthError } from './errors.ts';

it('an error that is an answer collects no stack, and other errors do', () => {
  const cause = new Error('the cause');
  const error = new OAuthError('invalid_grant', 'the code is unknown', { cause });
  expect(error.stack).not.toContain('\n');
  expect([error.message, error.cause]).toEqual(['the code is unknown', cause]);
  expect(new Error('another').stack).toContain('errors.test.ts');
});
