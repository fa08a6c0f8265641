import { extensionClientId } from '../config/extension-client-id.ts';
import type { Deps } from '../deps.ts';
import { authenticateService, type ServiceRequest } from './client-authentication/authenticate-service.ts';
import { parseBasicCredentials } from './client-authentication/basic-credentials.ts';
import { assertionSubject } from './client-authentication/private-key-jwt.ts';
import { requireClient } from './public-client.ts';

/**
 * Identifies the client of a revocation request (RFC 7009 §2.1). A service authenticates. A device client and the
 * extension are public: whoever holds one of their tokens can revoke it by naming the `client_id` of the token.
 *
 * @throws {OAuthError} `invalid_client`, `invalid_request`
 */
export async function revokingClient(deps: Deps, request: ServiceRequest): Promise<string> {
  const { form, authorization } = request;
  const named =
    form.client_id ??
    parseBasicCredentials(authorization ?? '')?.clientId ??
    assertionSubject(form.client_assertion ?? '');
  if (named !== undefined && deps.config.services.has(named))
    return (await authenticateService(deps, request)).clientId;
  if (named === extensionClientId && authorization === undefined && form.client_secret === undefined) return named;
  return requireClient(deps, form, authorization).clientId;
}
