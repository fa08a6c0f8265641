import { authorizeRequest } from '@latchkey/shared/session-api.ts';
import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';
import { OAuthError } from '../errors.ts';
import { sha256 } from '../keys/hash.ts';
import { spend } from '../limits/spend.ts';
import { jsonBody } from '../middleware/body.ts';
import type { SignInTransaction } from '../session/extension-sign-in.ts';
import { requireSilentPossible } from '../session/silent-sign-in.ts';
import { chooseUpstream } from '../upstream/choose-upstream.ts';

/** How long somebody may take to sign in at the provider. */
const transactionMs = 600_000;
/** By address. An office that starts its day is one; each sign-in may have been tried in silence before. */
const budget = { name: 'session-authorize', count: 300, windowMs: 60_000 };

/** `POST /session/authorize`: opens a sign-in transaction for the key of the proof and says where to send the person. */
export function sessionAuthorize(deps: Deps) {
  return async (c: BrokerContext) => {
    await spend(deps, budget, c.get('network'));
    await c.get('useProof')();
    const body = await jsonBody(c, authorizeRequest);
    if (!deps.config.extension.redirectUris.includes(body.redirect_uri)) {
      throw new OAuthError(
        'invalid_request',
        'redirect_uri is not that of a listed extension: add its id to extension.chrome_ids or extension.firefox_ids',
      );
    }
    const upstream = chooseUpstream(deps, body.upstream);
    const silentFor = body.prompt === 'none' ? requireSilentPossible(upstream, body.sub) : undefined;
    const { url, issuer, issRequired } = await upstream.authorizationUrl({
      redirectUri: body.redirect_uri,
      state: body.state,
      nonce: body.nonce,
      codeChallenge: body.code_challenge,
      offline: true,
      prompt: body.prompt,
      loginHint: body.login_hint,
      acrValues: body.acr_values,
      maxAge: body.max_age,
    });
    const data: SignInTransaction = {
      upstream: upstream.config.name,
      redirectUri: body.redirect_uri,
      nonce: body.nonce,
      codeChallenge: body.code_challenge,
      jkt: c.get('jkt'),
      maxAge: body.max_age,
      silentFor,
    };
    const stored = await deps.store.putTransaction({
      id: sha256(body.state),
      kind: 'session',
      data: { ...data },
      expiresAt: deps.now() + transactionMs,
    });
    if (!stored) throw new OAuthError('invalid_request', 'this state was used before: draw a new one for each sign-in');
    return c.json({ authorization_url: url, issuer, iss_required: issRequired, expires_in: transactionMs / 1_000 });
  };
}
