import { expect, it } from 'vitest';
import type { Problem } from '../protocol/problem.ts';
import { problemText } from './problem-text.ts';

it.each<[string, Partial<Problem>, string]>([
  ['problem_offline', { code: 'offline' }, ''],
  ['problem_broke_off', { code: 'expired', reason: 'broke_off' }, ''],
  ['problem_cookies_blocked', { code: 'unsupported', reason: 'cookies_blocked', host: 'b.test' }, 'b.test'],
  ['problem_provider_denied', { reason: 'provider', providerError: 'access_denied' }, ''],
  ['problem_provider_denied', { reason: 'provider', providerError: 'unauthorized' }, ''],
  ['problem_provider_interaction', { reason: 'provider', providerError: 'login_required' }, ''],
  ['problem_provider_unavailable', { reason: 'provider', providerError: 'server_error' }, ''],
  ['problem_provider_setup', { reason: 'provider', providerError: 'invalid_scope' }, ''],
  ['problem_provider_setup', { reason: 'provider', providerError: 'unauthorized_client' }, ''],
])('%s is the text for %j', (name, problem, about) => {
  expect(problemText({ code: 'busy', message: '', ...problem })).toEqual([name, about]);
});
