import type { Config, ServiceConfig } from '../../config/types.ts';
import type { Deps } from '../../deps.ts';
import { OAuthError, withFailure } from '../../errors.ts';
import { budgets } from '../../limits/budgets.ts';
import type { Form } from '../form.ts';
import { basicChallenge, parseBasicCredentials } from './basic-credentials.ts';
import { isOfChosenSecret, secretMatches } from './client-secret.ts';
import { AssertionError, assertionSubject, checkAssertion } from './private-key-jwt.ts';

/** The parts of a request that service authentication reads. */
export interface ServiceRequest {
  /** The `Authorization` header. */
  authorization: string | undefined;
  form: Form;
  /** Path of the request URL. An assertion may name that URL as its audience. */
  path: string;
  /** Whom failed attempts are counted against, with the service. */
  network: string;
}

type Credentials = { clientId: string } & ({ secret: string; basic: boolean } | { assertion: string });

type Parts = Pick<Deps, 'config' | 'store' | 'count' | 'checkChosenSecret' | 'now'>;

/**
 * Authenticates the calling service by `private_key_jwt` (RFC 7523), or by a secret in the `Authorization` header or
 * the form (RFC 6749 §2.3.1).
 *
 * Right credentials are accepted whatever others at the network have tried. Only a secret that could be guessed is not
 * compared any more once its service has failed too often from there.
 *
 * @throws {OAuthError} `invalid_client`, identical for an unknown service and a wrong secret; after too many failures
 *   `too_many_requests` instead; `temporarily_unavailable`
 */
export async function authenticateService(
  deps: Parts,
  { authorization, form, path, network }: ServiceRequest,
): Promise<ServiceConfig> {
  const credentials = readCredentials(deps.config, authorization, form);
  const service = deps.config.services.get(credentials.clientId);
  const failed = { kind: 'client_authentication', client: service?.clientId } as const;
  const refused = () =>
    new OAuthError('invalid_client', 'unknown client, or wrong client authentication', {
      failed,
      headers: 'basic' in credentials && credentials.basic ? basicChallenge : {},
    });
  // Guesses beyond the budget are recorded, too.
  const tooOften = (error: unknown): never => {
    throw error instanceof OAuthError && error.code === 'too_many_requests' ? withFailure(error, failed) : error;
  };
  const chosen = chosenSecretHash(service);
  if (service && 'secret' in credentials && chosen !== undefined) {
    const { clientId, secret } = credentials;
    const isRight = await deps.checkChosenSecret({ clientId, secret, hash: chosen, network }).catch(tooOften);
    if (isRight) return service;
    throw refused();
  }
  const countFailure = () =>
    deps.count(budgets.serviceAuthentication, `${service?.clientId ?? ''} ${network}`).catch(tooOften);
  try {
    if (service && (await isAuthentic(deps, service, credentials, path))) return service;
  } catch (cause) {
    if (!(cause instanceof AssertionError)) throw cause;
    await countFailure();
    throw new OAuthError('invalid_client', cause.message, { cause, failed });
  }
  await countFailure();
  if (deps.config.devices.has(credentials.clientId)) throw notAService();
  throw refused();
}

function chosenSecretHash(service: ServiceConfig | undefined): string | undefined {
  const { authentication } = service ?? {};
  const isChosen = authentication?.method === 'client_secret' && isOfChosenSecret(authentication.hash);
  return isChosen ? authentication.hash : undefined;
}

async function isAuthentic(
  deps: Parts,
  { clientId, authentication }: ServiceConfig,
  credentials: Credentials,
  path: string,
): Promise<boolean> {
  if (authentication.method === 'client_secret') {
    return 'secret' in credentials && secretMatches(credentials.secret, authentication.hash);
  }
  if (!('assertion' in credentials)) return false;
  await checkAssertion(deps, credentials.assertion, {
    clientId,
    keys: authentication.keys,
    audiences: [deps.config.issuer, `${deps.config.issuer}${path}`],
  });
  return true;
}

/** A device or native client has nothing to authenticate with, so it is not asked to. */
const notAService = () =>
  new OAuthError(
    'unauthorized_client',
    'this client is listed under devices; only services can use client_credentials and /introspect',
  );

function readCredentials(
  { devices }: Pick<Config, 'devices'>,
  authorization: string | undefined,
  form: Form,
): Credentials {
  const given = [authorization, form.client_secret, form.client_assertion].filter((value) => value !== undefined);
  if (given.length === 0) {
    if (devices.has(form.client_id ?? '')) throw notAService();
    throw new OAuthError(
      'invalid_client',
      'client authentication is missing; send client_assertion, Basic credentials or client_secret',
    );
  }
  if (given.length > 1) {
    throw new OAuthError('invalid_request', 'more than one client authentication was sent; send only one');
  }
  const credentials = authorization === undefined ? fromForm(form) : fromBasic(authorization);
  if (form.client_id !== undefined && form.client_id !== credentials.clientId) {
    throw new OAuthError('invalid_request', 'client_id does not match the client authentication');
  }
  return credentials;
}

function fromForm(form: Form): Credentials {
  if (form.client_secret !== undefined) {
    if (form.client_id === undefined) throw new OAuthError('invalid_request', 'client_id is missing');
    return { clientId: form.client_id, secret: form.client_secret, basic: false };
  }
  if (form.client_assertion_type !== 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer') {
    throw new OAuthError(
      'invalid_request',
      'client_assertion_type must be urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    );
  }
  const assertion = form.client_assertion ?? '';
  return { clientId: assertionSubject(assertion) ?? '', assertion };
}

function fromBasic(authorization: string): Credentials {
  const basic = parseBasicCredentials(authorization);
  if (basic?.secret === undefined) {
    throw new OAuthError('invalid_client', 'the Authorization header has no valid Basic credentials');
  }
  return { clientId: basic.clientId, secret: basic.secret, basic: true };
}
