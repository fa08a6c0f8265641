import { createHash, randomBytes } from 'node:crypto';
import type { DeviceClientConfig } from '../../config/types.ts';
import type { Deps } from '../../deps.ts';
import { OAuthError } from '../../errors.ts';
import { sameText } from '../../keys/hash.ts';
import { budgets } from '../../limits/budgets.ts';
import { auditEach, endSignIns } from '../../revocation/end-sign-ins.ts';
import { codeFamily, codeHash } from '../authorization-code-format.ts';
import type { ClientRequest } from '../public-client.ts';
import { familyRowId } from '../refresh-token-format.ts';
import { openAllowed, redeemOnce } from './redeem-once.ts';
import type { SealedGrant } from './sealed-grant.ts';

/**
 * Handles the authorization code grant (RFC 6749 §4.1.3). The code is bound to the client, the redirect URI and the
 * PKCE verifier (RFC 7636 §4.6).
 *
 * @throws {OAuthError} `invalid_request`, `invalid_grant`; a second use of a code ends what the first use issued
 *   (§4.1.2)
 */
export async function authorizationCodeGrant(deps: Deps, { client, form, address, caller }: ClientRequest) {
  const { store, now } = deps;
  const { code, redirect_uri: redirectUri, code_verifier: verifier } = form;
  for (const [name, value] of Object.entries({ code, redirect_uri: redirectUri, code_verifier: verifier })) {
    if (value === undefined) throw new OAuthError('invalid_request', `${name} is missing`);
  }
  if (code === undefined) throw new OAuthError('invalid_request', 'code is missing');
  const grant = await store.getDeviceGrant(codeHash(code));
  if (grant?.state !== 'allowed') throw await used(deps, client, code);
  if (grant.expiresAt <= now()) throw unusable();
  const opened = grant.clientId === client.clientId ? await openAllowed(deps, grant, code) : undefined;
  if (!opened?.sealed.authorization || !belongs(opened.sealed.authorization, redirectUri ?? '', verifier ?? '')) {
    throw new OAuthError(
      'invalid_grant',
      'client_id, redirect_uri or code_verifier does not match the authorization request',
    );
  }
  await deps.count(budgets.grants.authorization_code, caller);
  const refreshToken = { family: codeFamily(code), secret: randomBytes(32) };
  const { nonce } = opened.sealed.authorization;
  const how = { code, refreshToken, from: address, scope: form.scope, nonce };
  const tokens = await redeemOnce(deps, client, opened, how);
  if (!tokens) throw await used(deps, client, code);
  return tokens;
}

function belongs(
  { redirectUri, codeChallenge }: NonNullable<SealedGrant['authorization']>,
  shownRedirectUri: string,
  verifier: string,
): boolean {
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  return redirectUri === shownRedirectUri && sameText(challenge, codeChallenge);
}

/**
 * Handles a code that is no longer valid. If the code was redeemed before, someone else has obtained it, so everything
 * it issued is ended.
 */
async function used(deps: Deps, client: DeviceClientConfig, code: string): Promise<OAuthError> {
  const row = await deps.store.getDeviceSession(familyRowId({ family: codeFamily(code) }));
  if (row?.clientId === client.clientId) {
    const reason = 'code_reused';
    await endSignIns(deps, { signIns: { of: 'device', id: row.id }, reason, audit: auditEach(row.sub, reason) });
  }
  return unusable();
}

const unusable = () => new OAuthError('invalid_grant', 'authorization code is invalid, expired or already used');
