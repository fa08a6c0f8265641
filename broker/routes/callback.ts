import { randomBytes } from 'node:crypto';
import type { Deps } from '../deps.ts';
import { confirmDevice } from '../device/confirm.ts';
import { allowDevice } from '../device/decide.ts';
import type { BrokerContext } from '../env.ts';
import { OAuthError } from '../errors.ts';
import { messagePage } from '../pages/message.ts';
import { newPageSession, type PageSession, readPageSession, writePageSession } from '../people/page-session.ts';
import { finishSignIn, type Returned } from '../people/sign-in.ts';

/** `GET /callback`: back from the provider, with a code or an error (RFC 6749 §4.1.2). */
export function callback(deps: Deps) {
  return async (c: BrokerContext) => {
    const page = readPageSession(deps, c);
    const { state, code, iss } = c.req.query();
    if (state === undefined) throw new OAuthError('invalid_request', 'state is missing: enter the code again');
    const returned = await finishSignIn(deps, page, { state, code, iss });
    if (returned.cancelled) return c.html(messagePage('cancelled'), 400);
    const { purpose, refreshToken, upstream } = returned;
    // Only "Allow" asks for a lasting grant. One that came uninvited is given back, where that ends nothing else.
    if (purpose.type === 'code' && refreshToken !== undefined && upstream.preset.revocationIsNarrow) {
      void upstream.revoke(refreshToken);
    }
    const signedIn = await remember(deps, c, returned);
    return purpose.type === 'code'
      ? confirmDevice(deps, c, signedIn, upstream, purpose)
      : allowDevice(deps, c, signedIn, returned, purpose);
  };
}

/** A new page session for whoever signed in: an id from before the sign-in is worth nothing after it. */
async function remember(
  deps: Deps,
  c: BrokerContext,
  { identity, upstream }: Extract<Returned, { cancelled: false }>,
): Promise<PageSession> {
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
