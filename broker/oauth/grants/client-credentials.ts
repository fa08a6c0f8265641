import { parseScope } from '@latchkey/shared/scope.ts';
import { toSeconds } from '@latchkey/shared/time.ts';
import type { ResourceConfig, ServiceConfig } from '../../config/types.ts';
import type { Deps } from '../../deps.ts';
import { OAuthError } from '../../errors.ts';
import { budgets } from '../../limits/budgets.ts';
import { servicePrefix } from '../../tokens/subjects.ts';
import { authenticateService, type ServiceRequest } from '../client-authentication/authenticate-service.ts';
import type { Form } from '../form.ts';

interface ServiceTokenRequest extends ServiceRequest {
  /** The `DPoP` header. */
  proof: string | undefined;
}

/**
 * Handles the client credentials grant (RFC 6749 §4.4). It issues a token in the service's own name, without groups,
 * for one resource and scopes that the service is allowed. It never issues a refresh token.
 *
 * @returns the response and, if the service uses DPoP, the nonce for its next proof
 * @throws {OAuthError} `invalid_client`, `invalid_target`, `invalid_scope`, `invalid_dpop_proof`, `use_dpop_nonce`
 */
export async function clientCredentialsGrant(deps: Deps, request: ServiceTokenRequest) {
  const service = await authenticateService(deps, request);
  const { resource, scopes } = target(deps, service, request.form);
  await deps.count(budgets.grants.client_credentials, `${service.clientId} ${request.network}`);
  const bound = await boundKey(deps, resource, request.proof);
  const lifeSeconds = toSeconds(resource.lifetimeMs);
  const scope = scopes.join(' ');
  const accessToken = await deps.minter.accessToken({
    sub: `${servicePrefix}${service.clientId}`,
    aud: resource.resource,
    client_id: service.clientId,
    scope,
    exp: toSeconds(deps.now()) + lifeSeconds,
    cnf: bound && { jkt: bound.jkt },
  });
  deps.metrics.token('service');
  const answer = {
    access_token: accessToken,
    token_type: bound ? 'DPoP' : 'Bearer',
    expires_in: lifeSeconds,
    scope,
  };
  return { answer, nextNonce: bound?.nextNonce };
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

/**
 * Returns the key of the DPoP proof in the request (RFC 9449 §5). Resources that accept only bound tokens require a
 * proof.
 */
async function boundKey(
  { config, checkProof, nonces }: Pick<Deps, 'config' | 'checkProof' | 'nonces'>,
  { dpop }: ResourceConfig,
  proof: string | undefined,
): Promise<{ jkt: string; nextNonce: string } | undefined> {
  if (dpop === 'off' || (proof === undefined && dpop === 'optional')) return undefined;
  const nextNonce = nonces.issue();
  try {
    const { jkt, use } = await checkProof(proof, { method: 'POST', url: `${config.issuer}/token` });
    await use();
    return { jkt, nextNonce };
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    // The token endpoint answers these errors with 400 (RFC 9449 §5, §8).
    throw new OAuthError(error.code, error.message, {
      status: 400,
      headers: { 'DPoP-Nonce': nextNonce },
      cause: error,
    });
  }
}
