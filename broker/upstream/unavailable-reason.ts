import type { RefreshOutcome, Refusal } from './types.ts';

/** Says truthfully why a grant was not refreshed. For `error_description`. */
export function unavailableReason(outcome: Exclude<RefreshOutcome, { kind: 'refreshed' | 'ended' }>): string {
  switch (outcome.kind) {
    case 'refused':
      return refusedBy(outcome.refusal);
    case 'incomplete':
      return 'the response of the identity provider for this sign-in failed validation; try again';
    case 'unavailable':
      return outcome.reason ?? failedWith(outcome.status);
  }
}

/** The person stays signed in, and can do nothing about it. */
const refusedBy = (refusal: Refusal): string =>
  `the identity provider refuses the requests of this broker (${inWords(refusal)}). You stay signed in. An administrator must correct this; try again later`;

export const inWords = ({ error, status }: Refusal): string =>
  error.startsWith('http_') ? `HTTP ${status} without an OAuth response` : error;

/** What went wrong at the provider, by its status if it answered. */
export function failedWith(status: number | undefined): string {
  if (status === undefined || status === 504) return 'the identity provider is not responding; try again';
  if (status === 429) return 'the identity provider limits the requests of this broker; try again later';
  if (status < 300) return 'the response of the identity provider is unreadable; try again';
  return `the identity provider is temporarily unavailable (HTTP ${status}); try again`;
}
