import {
  AuthorizationResponseError,
  OperationProcessingError,
  RESPONSE_IS_NOT_CONFORM,
  RESPONSE_IS_NOT_JSON,
  ResponseBodyError,
  UnsupportedOperationError,
  WWWAuthenticateChallengeError,
} from 'oauth4webapi';
import { connectionFault } from './connection-fault.ts';
import { DeviceError, type DeviceErrorCode } from './device-error.ts';
import { helpUrl } from './help-url.ts';
import { plainText } from './plain-text.ts';
import { retryAfterOf } from './retry-after.ts';

/** What the broker's `error` means to the user of a client. */
export type Sentences = ReadonlyMap<string, readonly [DeviceErrorCode, string]>;

const sentencesOfDevices: Sentences = new Map([
  ['access_denied', ['access_denied', 'The sign-in was denied.']],
  ['expired_token', ['expired_token', 'The code expired before it was approved. Try again.']],
  ['invalid_grant', ['invalid_grant', 'Your sign-in is no longer valid (used, revoked or expired). Sign in again.']],
  ['invalid_client', ['refused', `Unknown client ID. Check it against "devices" in the broker's configuration.`]],
  ['unauthorized_client', ['refused', "This client isn't allowed to sign in this way."]],
  ['invalid_scope', ['refused', "This client isn't allowed to request these scopes."]],
  ['invalid_target', ['refused', "This client isn't allowed to access this API (resource)."]],
]);

/**
 * Whether a response is not the broker's: no OAuth server answers with a page, a redirect, or text that only claims to be
 * JSON. A captive portal or a firewall does.
 */
function isOfNetwork(cause: unknown): boolean {
  // A gateway's refusal may be JSON. What a broker says in JSON is read instead (server.ts).
  if (cause instanceof WWWAuthenticateChallengeError)
    return !/\bjson\b/i.test(cause.response.headers.get('content-type') ?? '');
  if (!(cause instanceof OperationProcessingError)) return false;
  return (
    cause.code === RESPONSE_IS_NOT_JSON || cause.code === RESPONSE_IS_NOT_CONFORM || cause.cause instanceof SyntaxError
  );
}

/** How long a captive portal stays in the way at least, in seconds. */
const networkPageRetryAfter = 5;

/**
 * Converts an error of a request to a {@link DeviceError}. Returns errors that the network didn't cause unchanged.
 *
 * @param issuer named in the message
 * @param isKnown whether this broker has answered before. What isn't its answer is then the network's
 * @param sentences default: those for devices
 */
export function explain(
  cause: unknown,
  issuer: string,
  isKnown: boolean,
  sentences: Sentences = sentencesOfDevices,
): unknown {
  if (cause instanceof DeviceError) return cause;
  if (isKnown && isOfNetwork(cause) && !isBusy(cause)) {
    return new DeviceError(
      'unreachable',
      `A page of this network answers instead of ${issuer}. Open any page in a browser here, and sign in to the network.`,
      // Only the message: see below.
      { cause: (cause as Error).message, retryAfter: networkPageRetryAfter, networkPage: true },
    );
  }
  if (cause instanceof ResponseBodyError) {
    const { error, error_description: description, status, response } = cause;
    if (status === 429 || error === 'temporarily_unavailable') return busy(issuer, response, cause, description);
    return refusal(sentences, error, description, {
      cause,
      helpUrl: helpUrl(cause.cause.error_uri),
      requestId: requestIdOf(response),
    });
  }
  if (cause instanceof AuthorizationResponseError)
    return refusal(sentences, cause.error, cause.error_description, {
      cause,
      helpUrl: helpUrl(cause.cause.get('error_uri')),
    });
  if (cause instanceof WWWAuthenticateChallengeError) {
    return new DeviceError(
      'refused',
      `A server in front of ${issuer} asks for authentication (401). Let this computer through there.`,
      { cause, requestId: requestIdOf(cause.response) },
    );
  }
  if (cause instanceof OperationProcessingError) {
    const response = cause.cause;
    if (cause.code === 'OAUTH_PARSE_ERROR' && !(response instanceof SyntaxError)) return unreachable(issuer, cause);
    if (isBusy(cause)) return busy(issuer, response as Response, cause);
    // Only the message: the library attaches the response to its error, and a logged response may contain a token.
    return new DeviceError('bad_answer', `${issuer} doesn't look like a Latchkey broker. Check the URL.`, {
      cause: cause.message,
    });
  }
  // A status that no HTTP has.
  if (cause instanceof RangeError)
    return new DeviceError('bad_answer', `${issuer} doesn't speak HTTP. Check the URL.`, { cause });
  // Such as a `token_type` that this client doesn't know.
  if (cause instanceof UnsupportedOperationError)
    return new DeviceError(
      'bad_answer',
      `${issuer} sent an answer that this version doesn't support: ${plainText(cause.message)}.`,
    );
  // `fetch` rejects with these. Argument errors of the OAuth library have a code, and are bugs here or in the caller.
  if (cause instanceof DOMException || (cause instanceof TypeError && !('code' in cause)))
    return unreachable(issuer, cause);
  return cause;
}

/** Whether a server says that it can't answer now, in whatever form. */
const isBusy = (cause: unknown): boolean =>
  cause instanceof OperationProcessingError &&
  cause.cause instanceof Response &&
  (cause.cause.status === 429 || cause.cause.status >= 500);

function refusal(
  sentences: Sentences,
  error: string,
  description: unknown,
  more: { cause: unknown; helpUrl: string | undefined; requestId?: string | undefined },
): DeviceError {
  const [code, sentence] = sentences.get(error) ?? ['refused', `The broker refused the request (${plainText(error)}).`];
  return new DeviceError(code, `${sentence}${brokerSays(description)}`, { ...more, error });
}

/** A server that repeats what it was sent must not get a secret or a token into somebody's log. */
const brokerSays = (description: unknown): string =>
  typeof description === 'string' && !/[\w-]{40}/.test(description)
    ? ` The broker says: ${plainText(description)}`
    : '';

function unreachable(issuer: string, cause: unknown): DeviceError {
  const fault = connectionFault(cause);
  const code = fault.code === undefined ? '' : ` (${fault.code})`;
  return new DeviceError('unreachable', `Can't reach ${issuer}${code}. ${fault.advice}`, { cause });
}

function busy(issuer: string, response: Response, cause: unknown, description?: unknown): DeviceError {
  const retryAfter = retryAfterOf(response.headers);
  const when = retryAfter ? `in ${retryAfter} s` : 'shortly';
  const sentence = `${issuer} is busy (${response.status}). Try again ${when}.`;
  return new DeviceError('unreachable', `${sentence}${brokerSays(description)}`, {
    cause,
    retryAfter,
    requestId: requestIdOf(response),
  });
}

/** Shown to people, so only what an ID can be. */
const requestIdOf = ({ headers }: Response): string | undefined =>
  /^[\w-]{1,64}$/.exec(headers.get('x-request-id') ?? '')?.[0];
