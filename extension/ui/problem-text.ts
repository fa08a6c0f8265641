import type { Problem } from '../protocol/problem.ts';

/** Name of the text for a problem, and what the text is about. */
export function problemText({ code, reason, host = '', providerError = '' }: Problem): [name: string, about: string] {
  if (reason === 'provider') return [`problem_provider_${kindOf(providerError)}`, ''];
  return [`problem_${reason ?? code}`, host];
}

/**
 * What a provider's code means to the user. Providers use `access_denied` for a user who canceled and for one without
 * access. Most other codes say that the request is wrong, which only an administrator can correct.
 */
function kindOf(error: string): 'denied' | 'interaction' | 'unavailable' | 'setup' {
  if (error === 'access_denied' || error === 'unauthorized') return 'denied';
  if (error === 'server_error' || error === 'temporarily_unavailable') return 'unavailable';
  return error.endsWith('_required') ? 'interaction' : 'setup';
}
