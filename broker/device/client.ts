import { parseScope } from '#shared/scope.ts';
import type { DeviceClientConfig, ResourceConfig } from '../config/types.ts';
import type { Deps } from '../deps.ts';
import { OAuthError } from '../errors.ts';
import type { Form } from '../middleware/body.ts';

/**
 * The public client of a request (RFC 8628 §3.1).
 *
 * @throws {OAuthError} `invalid_client` where it is not listed under `devices`
 */
export function requireClient({ config }: Pick<Deps, 'config'>, form: Form): DeviceClientConfig {
  if (form.client_id === undefined) throw new OAuthError('invalid_request', 'client_id is missing');
  const client = config.devices.get(form.client_id);
  if (!client)
    throw new OAuthError('invalid_client', 'this client_id is not listed: add it under devices in the configuration');
  return client;
}

/** What a device will be allowed: one resource, and of its scopes those that the client may have. */
export interface DeviceTarget {
  resource: ResourceConfig;
  scopes: string[];
}

/**
 * Reads `resource` (RFC 8707) and `scope`. Clients ask for more than they may have and repeat themselves;
 * what is not allowed is left out, and the answer's `scope` says what is left.
 *
 * @throws {OAuthError} `invalid_target`, `invalid_scope`
 */
export function requestedTarget(
  { config }: Pick<Deps, 'config'>,
  client: DeviceClientConfig,
  form: Form,
): DeviceTarget {
  const wanted = parseScope(form.scope);
  const candidates = [...client.allow].filter(
    ([resource]) => form.resource === undefined || form.resource === resource,
  );
  if (candidates.length === 0) {
    throw new OAuthError(
      'invalid_target',
      `this client may ask for: ${[...client.allow.keys()].join(' ') || 'nothing'}`,
    );
  }
  for (const [id, allowed] of candidates) {
    const scopes = wanted.length === 0 ? [...allowed] : allowed.filter((scope) => wanted.includes(scope));
    const resource = config.resources.get(id);
    if (resource && scopes.length > 0) return { resource, scopes };
  }
  throw new OAuthError(
    'invalid_scope',
    `this client may ask for: ${candidates.flatMap(([, scopes]) => scopes).join(' ')}`,
  );
}
