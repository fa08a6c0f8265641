import { parseScope } from '@latchkey/shared/scope.ts';
import { toSeconds } from '@latchkey/shared/time.ts';
import type { ServiceConfig } from '../../config/types.ts';
import type { Deps } from '../../deps.ts';
import { OAuthError } from '../../errors.ts';
import { budgets } from '../../limits/budgets.ts';
import { servicePrefix } from '../../tokens/subjects.ts';
import { authenticateService, type ServiceRequest } from '../client-authentication/authenticate-service.ts';
import type { Form } from '../form.ts';
import { requireBinding, tokenProof } from '../token-proof.ts';

interface ServiceTokenRequest extends ServiceRequest {
  /** The `DPoP` header. */
  proof: string | undefined;
}

/**
 * Handles the client credentials grant (RFC 6749 §4.4). It issues a token in the service's own name, without groups,
 * for one resource and scopes that the service is allowed. It never issues a refresh token.
 *
 * @throws {OAuthError} `invalid_client`, `invalid_target`, `invalid_scope`, `invalid_dpop_proof`, `use_dpop_nonce`
 */
export async function clientCredentialsGrant(deps: Deps, request: ServiceTokenRequest) {
  const service = await authenticateService(deps, request);
  const { resource, scopes } = target(deps, service, request.form);
  const proof = await tokenProof(deps, request.proof);
  const jkt = requireBinding(deps, resource, proof);
  await deps.count(budgets.grants.client_credentials, `${service.clientId} ${request.network}`);
  await proof?.use();
  const lifeSeconds = toSeconds(resource.lifetimeMs);
  const scope = scopes.join(' ');
  const accessToken = await deps.minter.accessToken(
    {
      sub: `${servicePrefix}${service.clientId}`,
      aud: resource.resource,
      client_id: service.clientId,
      scope,
      exp: toSeconds(deps.now()) + lifeSeconds,
      cnf: jkt === undefined ? undefined : { jkt },
    },
    resource.tokenAlg,
  );
  deps.metrics.token('service');
  return {
    access_token: accessToken,
    token_type: jkt === undefined ? 'Bearer' : 'DPoP',
    expires_in: lifeSeconds,
    scope,
  };
}

/** A service knows what it needs, so a request beyond its allowance is a bug in the service and gets an error. */
function target({ config }: Pick<Deps, 'config'>, { allow }: ServiceConfig, form: Form) {
  const id = form.resource ?? (allow.size === 1 ? [...allow.keys()][0] : undefined);
  const allowed = allow.get(id ?? '');
  const resource = config.resources.get(id ?? '');
  if (!allowed || !resource) {
    throw new OAuthError(
      'invalid_target',
      `resource is missing or not allowed for this service; allowed: ${[...allow.keys()].join(' ') || 'none'}`,
    );
  }
  const wanted = parseScope(form.scope);
  if (!wanted.every((scope) => allowed.includes(scope))) {
    throw new OAuthError('invalid_scope', `scope is not allowed for this service; allowed: ${allowed.join(' ')}`);
  }
  return { resource, scopes: wanted.length === 0 ? allowed : wanted };
}
