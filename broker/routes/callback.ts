import { randomBytes } from 'node:crypto';
import { finishSigningOut } from '../account/sign-out-everywhere.ts';
import { allowNative } from '../authorize/allow.ts';
import { confirmNative } from '../authorize/confirm.ts';
import { errorUrl } from '../authorize/redirect.ts';
import type { Deps } from '../deps.ts';
import { confirmDevice } from '../device/confirm.ts';
import { allowDevice } from '../device/decide.ts';
import type { BrokerContext } from '../env.ts';
import { OAuthError } from '../errors.ts';
import { messagePage } from '../pages/message.ts';
import { newPageSession, type PageSession, readPageSession, writePageSession } from '../people/page-session.ts';
import { finishSignIn, type Purpose, type Returned } from '../people/sign-in.ts';

type SignedIn = Extract<Returned, { cancelled: false }>;

/** `GET /callback`: back from the provider, with a code or an error (RFC 6749 §4.1.2). */
export function callback(deps: Deps) {
  return async (c: BrokerContext) => {
    const page = readPageSession(deps, c);
    const { state, code, iss } = c.req.query();
    if (state === undefined) throw new OAuthError('invalid_request', 'state is missing: enter the code again');
    const returned = await finishSignIn(deps, page, { state, code, iss });
    if (returned.cancelled) return cancelled(deps, c, returned.purpose);
    const { purpose, refreshToken, upstream } = returned;
    const isLasting = purpose.type === 'allow' || purpose.type === 'authorize_allow';
    // Only "Allow" asks for a lasting grant. One that came uninvited is given back, where that ends nothing else.
    if (!isLasting && refreshToken !== undefined && upstream.preset.revocationIsNarrow) {
      void upstream.revoke(refreshToken);
    }
    const signedIn = await remember(deps, c, returned);
    switch (purpose.type) {
      case 'code':
        return confirmDevice(deps, c, signedIn, upstream, purpose);
      case 'allow':
        return allowDevice(deps, c, signedIn, returned, purpose);
      case 'authorize':
        return confirmNative(deps, c, signedIn, purpose.request);
      case 'authorize_allow':
        return allowNative(deps, c, signedIn, returned, purpose);
      case 'account':
        return c.redirect('/account');
      case 'sign_out_everywhere':
        return finishSigningOut(deps, c, signedIn, returned, purpose);
    }
  };
}

/** The person turned back at the provider. A program that waits for its answer is told. */
function cancelled({ config }: Deps, c: BrokerContext, purpose: Purpose) {
  if (purpose.type !== 'authorize' && purpose.type !== 'authorize_allow')
    return c.html(messagePage(c.get('language'), 'cancelled'), 400);
  const denied = new OAuthError('access_denied', 'the sign-in was not finished');
  return c.redirect(errorUrl(config, purpose.request, denied));
}

/** A new page session for whoever signed in: an id from before the sign-in is worth nothing after it. */
async function remember(deps: Deps, c: BrokerContext, { identity, upstream }: SignedIn): Promise<PageSession> {
  const { name, email, groups } = identity.claims;
  const upstreamName = upstream.config.name;
  const person = await deps.store.upsertPerson(
    {
      issuer: identity.issuer,
      idpSub: identity.idpSub,
      upstream: upstreamName,
      newSub: randomBytes(16).toString('base64url'),
      name,
      email,
    },
    deps.now(),
  );
  const session = {
    ...newPageSession(deps.now()),
    person: { sub: person.sub, upstream: upstreamName, name, email, groups },
  };
  writePageSession(deps, c, session);
  return session;
}
