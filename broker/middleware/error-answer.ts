import type { OAuthErrorCode } from '@latchkey/shared/oauth-errors.ts';
import { invitation } from '@latchkey/shared/resource-server/challenge.ts';
import type { ErrorHandler, NotFoundHandler } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Config } from '../config/types.ts';
import type { BrokerContext, Env } from '../env.ts';
import { OAuthError, unavailable } from '../errors.ts';
import { RingError } from '../keys/ring.ts';
import { errorSummary, type Log } from '../log.ts';
import { basicChallenge } from '../oauth/client-authentication/basic-credentials.ts';
import { errorUri } from '../oauth/error-uri.ts';
import { StoreUnavailableError } from '../store/store.ts';
import { errorPage } from '../web/pages/error-page.ts';
import { english } from '../web/pages/languages.ts';
import { anywhere } from '../web/pages/next.ts';
import { pagePaths } from './page-paths.ts';

/** The only place that turns an error into a response: OAuth JSON, or a page on paths that people open. */
export function errorAnswer({ log, config }: { log: Log; config: Pick<Config, 'branding'> }): ErrorHandler<Env> {
  return function onError(thrown, c) {
    const error = toOAuthError(thrown);
    c.set('refusal', error);
    const line = () => ({
      request_id: c.get('requestId'),
      path: c.req.path.slice(0, 200),
      code: error.code,
      ...(error.cause === undefined ? {} : { description: error.message }),
      cause: errorSummary(error.cause ?? error),
    });
    if (error.code === 'server_error' || thrown instanceof RingError) log.error({ event: 'server_error', ...line() });
    // The caller is told to try again later, so something of ours or of the provider's is at fault.
    else if (error.status >= 500)
      log[thrown instanceof StoreUnavailableError ? 'error' : 'warn']({ event: 'unavailable', ...line() });
    else if (error.cause !== undefined) log.info({ event: 'refused', ...line() });
    c.header('Cache-Control', 'no-store');
    if (error.status === 401) c.header('WWW-Authenticate', defaultChallenge(error.code));
    for (const [name, value] of Object.entries(error.headers)) c.header(name, value);
    if (pagePaths.has(c.req.path) || isLostPerson(error, c))
      return c.html(
        errorPage(c.get('language') ?? { ...english, branding: config.branding }, error, {
          requestId: c.get('requestId'),
          next: c.get('next') ?? pagePaths.get(c.req.path) ?? anywhere,
        }),
        error.status as ContentfulStatusCode,
      );
    return c.json(
      { error: error.code, error_description: error.message, ...errorUri(config, error.code), ...error.members },
      error.status as ContentfulStatusCode,
    );
  };
}

/** Whether somebody opened an address in a browser that leads nowhere. Programs that accept a page ask for other things, too. */
const isLostPerson = ({ code }: OAuthError, { req }: BrokerContext): boolean =>
  code === 'not_found' && req.method === 'GET' && (req.header('Accept') ?? '').includes('text/html');

/** Every 401 names what would be accepted (RFC 9110 §15.5.2). Responses of resource servers have their own challenge. */
function defaultChallenge(code: OAuthErrorCode): string {
  if (code === 'invalid_client') return basicChallenge['WWW-Authenticate'];
  // Sessions are bound to a key, and browsers open no dialog for this scheme.
  return invitation(code === 'invalid_token' ? 'off' : 'required');
}

export const notFound: NotFoundHandler<Env> = () => {
  throw new OAuthError('not_found', 'not found');
};

function toOAuthError(thrown: unknown): OAuthError {
  if (thrown instanceof OAuthError) return thrown;
  if (thrown instanceof StoreUnavailableError)
    return unavailable('the database is not responding; try again', 1_000, thrown);
  if (thrown instanceof RingError)
    return unavailable('an encryption key of the broker is missing; try again later', 5_000, thrown);
  if (thrown instanceof HTTPException && thrown.status === 413) {
    return new OAuthError('payload_too_large', 'the body is too large for this endpoint');
  }
  return new OAuthError(
    'server_error',
    'something went wrong on our side; try again. If it keeps happening, report the X-Request-Id',
    { cause: thrown },
  );
}
