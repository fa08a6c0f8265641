import type { Deps } from '../../deps.ts';
import type { BrokerContext } from '../../env.ts';
import { OAuthError } from '../../errors.ts';
import { sealGrant } from '../../oauth/grants/grant-seal.ts';
import { formatSealedGrant } from '../../oauth/grants/sealed-grant.ts';
import type { PageSession } from '../page-session.ts';
import type { Purpose, Returned } from '../page-sign-in.ts';
import { messagePage } from '../pages/message-page.ts';

/** "Allow", back from the provider with a grant of the device's own: sealed to the device, and decided. */
export async function allowDevice(
  deps: Deps,
  c: BrokerContext,
  { person }: PageSession,
  { identity, refreshToken, upstream }: Extract<Returned, { cancelled: false }>,
  { deviceCodeHash, sub }: Extract<Purpose, { type: 'allow' }>,
) {
  const { store, log, now } = deps;
  if (!person || person.sub !== sub) {
    throw new OAuthError('access_denied', 'somebody else signed in than the one who allowed: enter the code again');
  }
  const grant = await store.getDeviceGrant(deviceCodeHash);
  if (!grant) return c.html(messagePage(c.get('language'), 'expired'), 400);
  if (refreshToken === undefined)
    log.warn({ event: 'no_refresh_token', upstream: upstream.config.name, client: grant.clientId });
  const sealedGrant = await sealGrant(
    grant.publicKey,
    formatSealedGrant({
      refreshToken,
      upstream: upstream.config.name,
      issuer: identity.issuer,
      issuedAt: identity.issuedAt,
      refreshedAt: now(),
    }),
  );
  const decided = await store.decideDeviceGrant(
    deviceCodeHash,
    { decision: 'allow', sub, sealedGrant, claims: identity.claims, scopes: grant.scopes },
    now(),
  );
  if (!decided) return c.html(messagePage(c.get('language'), whyUndecidable(grant, now())), 400);
  await store.appendAudit(
    { type: 'device.allowed', sub, detail: { client: grant.clientId, scope: grant.scopes.join(' ') } },
    now(),
  );
  return c.html(messagePage(c.get('language'), 'allowed'));
}

/** Why nobody can decide on it any more. */
export const whyUndecidable = (grant: { expiresAt: number } | undefined, now: number): 'expired' | 'used' =>
  grant === undefined || grant.expiresAt <= now ? 'expired' : 'used';
