import { parseScope } from '@latchkey/shared/scope.ts';
import type { DeviceClientConfig } from '../config/types.ts';
import type { Deps } from '../deps.ts';
import { OAuthError } from '../errors.ts';
import { basicChallenge, parseBasicCredentials } from './client-authentication/basic-credentials.ts';
import type { Form } from './form.ts';
import { identityScopesOf, isIdentityScope } from './identity-scopes.ts';

/**
 * Returns the public client of a request (RFC 8628 §3.1). Some clients can only send their ID by HTTP Basic with an
 * empty secret, which is equivalent.
 *
 * @param authorization the `Authorization` header
 * @throws {OAuthError} `invalid_client` if the client is not listed under `devices`
 */
export function requireClient(
  { config }: Pick<Deps, 'config'>,
  form: Form,
  authorization?: string | undefined,
): DeviceClientConfig {
  const basic = authorization === undefined ? undefined : basicClientId(authorization);
  const clientId = form.client_id ?? basic;
  if (clientId === undefined) throw new OAuthError('invalid_request', 'client_id is missing');
  if (basic !== undefined && basic !== clientId) {
    throw new OAuthError('invalid_request', 'client_id does not match the Authorization header');
  }
  if (form.client_secret !== undefined) throw publicClient();
  const client = config.devices.get(clientId);
  if (!client) {
    throw new OAuthError('invalid_client', 'unknown client_id; add it under devices in the configuration', {
      headers: basic === undefined ? {} : basicChallenge,
    });
  }
  return client;
}

const publicClient = () =>
  new OAuthError('invalid_client', 'this client is public; do not send a client secret', {
    headers: basicChallenge,
  });

function basicClientId(authorization: string): string | undefined {
  const basic = parseBasicCredentials(authorization);
  if (basic?.secret) throw publicClient();
  return basic?.clientId;
}

/**
 * Requires that the configuration gives the client this grant.
 *
 * @throws {OAuthError} `unauthorized_client` if the client is configured for another grant
 */
export function requireGrant({ grant, clientId }: DeviceClientConfig, wanted: 'device' | 'loopback'): void {
  if (grant === wanted || grant === 'both') return;
  throw new OAuthError(
    'unauthorized_client',
    `this client is not allowed to use the ${wanted} flow; set devices.${clientId}.grant to ${wanted} or both`,
  );
}

/** A token request from a configured client. */
export interface ClientRequest {
  client: DeviceClientConfig;
  form: Form;
  /** The caller's address. */
  address: string;
  /** Whom the request counts for in budgets: the client at its network. */
  caller: string;
}

/** What a device asks for: scopes of one resource, and facts about the person. */
export interface DeviceTarget {
  /** Absent for UserInfo only. */
  resource: string | undefined;
  scopes: string[];
}

/**
 * Reads `resource` (RFC 8707) and `scope`. Clients ask for more than they may have and repeat values. Scopes that are
 * not allowed are dropped, and the `scope` of the response lists the rest.
 *
 * @throws {OAuthError} `invalid_target`, `invalid_scope`
 */
export function requestedTarget(
  { config }: Pick<Deps, 'config'>,
  client: DeviceClientConfig,
  { scope, resource }: { scope?: string | undefined; resource?: string | undefined },
): DeviceTarget {
  const wanted = parseScope(scope);
  const identity = identityScopesOf(wanted);
  const ofApis = wanted.filter((token) => !isIdentityScope(token));
  const hasOpenid = identity.includes('openid');
  const allowed = [...client.allow].filter(([id]) => config.resources.has(id) && (resource ?? id) === id);
  if (resource !== undefined && allowed.length === 0) {
    throw new OAuthError(
      'invalid_target',
      `resource is not allowed for this client; allowed: ${[...client.allow.keys()].join(' ') || 'none'}`,
    );
  }
  if (hasOpenid && ofApis.length === 0) return { resource, scopes: identity };
  for (const [id, scopes] of allowed) {
    const granted = ofApis.length === 0 ? scopes : scopes.filter((token) => ofApis.includes(token));
    if (granted.length > 0) return { resource: id, scopes: [...identity, ...granted] };
  }
  if (hasOpenid) return { resource, scopes: identity };
  throw new OAuthError(
    'invalid_scope',
    `none of these scopes is allowed for this client; allowed: ${['openid', ...allowed.flatMap(([, scopes]) => scopes)].join(' ')}`,
  );
}
