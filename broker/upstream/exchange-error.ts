import * as oauth from 'oauth4webapi';
import { OAuthError, unavailable } from '../errors.ts';
import type { Failure } from './classify-failure.ts';
import { failedWith, inWords } from './unavailable-reason.ts';

/** Converts a failed sign-in at the provider's endpoints into the error that the caller sees. */
export function exchangeError(cause: unknown, failure: Failure): OAuthError {
  switch (failure.kind) {
    case 'transient':
      if (failure.status === undefined && isInvalidRedirect(cause)) {
        return new OAuthError(
          'invalid_request',
          'iss in the redirect does not match the identity provider; start the sign-in again',
          { cause },
        );
      }
      if (failure.status !== undefined && failure.status < 300) return invalidResponse(cause);
      return unavailable(
        lacksMetadata(cause)
          ? "the identity provider's metadata lacks an endpoint that sign-ins need; run latchkey doctor"
          : failedWith(failure.status),
        failure.retryAfterMs ?? 2_000,
        cause,
      );
    case 'ended':
      return new OAuthError('invalid_grant', 'the identity provider rejected this code; start the sign-in again', {
        cause,
      });
    case 'refused':
      return new OAuthError('upstream_error', `the identity provider returned ${inWords(failure.refusal)}`, { cause });
    case 'unusable':
      return invalidResponse(cause);
  }
}

const invalidResponse = (cause: unknown) =>
  new OAuthError('upstream_error', 'the response of the identity provider failed validation; start the sign-in again', {
    cause,
  });

/** The provider's discovery document lacks what the request needs. */
const lacksMetadata = (cause: unknown): boolean => (cause as { code?: unknown }).code === oauth.MISSING_SERVER_METADATA;

/** oauth4webapi rejected the redirect's parameters, before any request. */
const isInvalidRedirect = (cause: unknown): boolean => (cause as { code?: unknown }).code === oauth.INVALID_RESPONSE;
