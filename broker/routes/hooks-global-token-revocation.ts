import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';
import { OAuthError, withFailure } from '../errors.ts';
import { endAtProvider } from '../hooks/end-at-provider.ts';
import { hookProvider } from '../hooks/hook-provider.ts';
import { onceOf } from '../hooks/once.ts';
import { revocationRequest, type SubjectId } from '../hooks/revocation-request.ts';
import type { HookSigners } from '../hooks/signer.ts';
import { jsonBody } from '../middleware/body.ts';
import type { ProviderPerson } from '../store/store.ts';
import { isProviderId } from '../upstream/provider-values.ts';

const maxAgeS = 300;
/** Longer than a token can be valid, with all clock tolerances. */
const rememberMs = 480_000;

/**
 * `POST /hooks/:upstream/global-token-revocation` (draft-parecki-oauth-global-token-revocation; Okta's Universal
 * Logout) ends every session and device of a person. Responds 204 when done and 404 for an unknown person.
 */
export function globalTokenRevocation(deps: Deps) {
  return async (c: BrokerContext) => {
    const signers = hookProvider(deps, c.req.param('upstream'));
    const { name } = signers.config;
    const { iat, jti } = await authenticate(c, signers, `${deps.config.issuer}${c.req.path}`);
    const { sub_id: subject } = await jsonBody(c, revocationRequest);
    const once = onceOf(deps, `revocation:${name}:${JSON.stringify([jti, subject])}`, rememberMs);
    if (await once.isDone()) throw unauthorized('the token was already used');
    const issuer = await signers.provider.issuer();
    const target = await targetOf(signers, issuer, subject);
    // A person who is still unknown is ended, too: their first sign-in may be in progress.
    if (target) {
      await endAtProvider(deps, { target, iat: iat * 1_000, reason: 'global_token_revocation', upstream: name });
    }
    await once.done();
    const known = target ? await deps.store.findPeople(target, { limit: 1 }) : [];
    if (known.length === 0) throw new OAuthError('not_found', 'no user matches this sub_id');
    return c.body(null, 204);
  };
}

/** Authenticates the caller's token: it must be issued for this URL, by the party that may revoke at this provider. */
async function authenticate(c: BrokerContext, { revocation }: HookSigners, audience: string) {
  const token = /^Bearer ([\w.-]+)$/i.exec(c.req.header('Authorization') ?? '')?.[1];
  if (token === undefined) throw unauthenticated('the Authorization header has no Bearer token');
  const expected = { types: ['global-token-revocation+jwt'], audience, maxAgeS };
  const { iat, jti } = await revocation.verify(token, expected).catch((cause: unknown) => {
    if (cause instanceof OAuthError) throw cause;
    throw unauthenticated(`the token is not valid for this provider and the audience ${audience}`, cause);
  });
  if (jti === undefined) throw unauthenticated('the token has no jti');
  return { iat, jti };
}

/** Returns the person meant, or `undefined` for an identifier that is none of this provider's. */
async function targetOf(
  { config, revocation }: ReturnType<typeof hookProvider>,
  issuer: string,
  subject: SubjectId,
): Promise<ProviderPerson | undefined> {
  switch (subject.format) {
    case 'opaque':
      return isProviderId(subject.id) ? { issuer, idpSub: subject.id } : undefined;
    case 'iss_sub': {
      const issuers = [issuer, config.issuer, await revocation.issuer()];
      return issuers.includes(subject.iss) && isProviderId(subject.sub) ? { issuer, idpSub: subject.sub } : undefined;
    }
    case 'email':
      return { issuer, email: subject.email };
  }
}

/** The caller is nobody who may revoke. A token that comes twice is not that: providers repeat their calls. */
const unauthenticated = (why: string, cause?: unknown): OAuthError =>
  withFailure(unauthorized(why, cause), { kind: 'hook_authentication' });

const unauthorized = (why: string, cause?: unknown): OAuthError =>
  new OAuthError('invalid_token', why, {
    cause,
    headers: { 'WWW-Authenticate': 'Bearer realm="latchkey", error="invalid_token"' },
  });
