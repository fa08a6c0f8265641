import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';
import { OAuthError } from '../errors.ts';
import { openIfPossible } from '../keys/open-if-possible.ts';
import { formBody } from '../middleware/body.ts';
import { requireClient } from '../oauth/public-client.ts';
import { familyRowId, parseRefreshToken, refreshTokenHash } from '../oauth/refresh-token-format.ts';
import { auditEach, endSignIns } from '../revocation/end-sign-ins.ts';
import { findIssuer } from '../upstream/find-issuer.ts';

/**
 * `POST /revoke` (RFC 7009) ends the device's session. It responds 200 for any token, known or not, with
 * an empty JSON object: some clients parse every response. The grant is also
 * revoked at the provider, but only if that ends no other grant of the person.
 */
export function revoke(deps: Deps) {
  const { store, upstreams } = deps;
  return async (c: BrokerContext) => {
    const form = await formBody(c);
    const client = requireClient(deps, form, c.req.header('authorization'));
    if (form.token === undefined) throw new OAuthError('invalid_request', 'token is missing');
    const refreshToken = parseRefreshToken(form.token);
    const row = refreshToken && (await store.getDeviceSession(familyRowId(refreshToken)));
    if (
      !refreshToken ||
      !row ||
      row.clientId !== client.clientId ||
      ![row.currentHash, row.previousHash].includes(refreshTokenHash(refreshToken))
    ) {
      return c.json({});
    }
    const upstream = findIssuer(upstreams, row);
    const upstreamToken =
      row.sealedRefresh !== undefined && row.ringKid !== undefined
        ? openIfPossible(
            deps,
            { purpose: 'device-refresh', id: row.id, secret: refreshToken.secret },
            { sealed: row.sealedRefresh, ringKid: row.ringKid },
          )
        : undefined;
    const { devices } = await endSignIns(deps, {
      signIns: { of: 'device', id: row.id },
      reason: 'revoked',
      audit: auditEach(row.sub, 'revoked'),
    });
    if (devices.length > 0 && upstream?.preset.revocationIsNarrow && upstreamToken !== undefined) {
      await upstream.revoke(upstreamToken);
    }
    return c.json({});
  };
}
