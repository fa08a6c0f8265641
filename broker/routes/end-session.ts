import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';
import { OAuthError } from '../errors.ts';
import { formBody } from '../middleware/body.ts';
import { isLoopbackRedirect } from '../oauth/authorization-request.ts';
import type { Form } from '../oauth/form.ts';
import { auditEach, endSignIns } from '../revocation/end-sign-ins.ts';
import { type IdTokenHint, verifyIdTokenHint } from '../tokens/id-token-hint.ts';
import { readPageSession } from '../web/page-session.ts';
import { messagePage } from '../web/pages/message-page.ts';
import { forgetSignIn } from '../web/remember-sign-in.ts';

/**
 * `GET` and `POST /logout` (OpenID Connect RP-Initiated Logout) end the sign-in that an ID token came from, and this
 * browser's sign-in to the broker's pages if it is the same person's. The ID token is required: without one, any link
 * could sign people out.
 */
export function endSession(deps: Deps) {
  return async (c: BrokerContext) => {
    const form: Form = c.req.method === 'POST' ? await formBody(c) : c.req.query();
    const hint = await requireHint(deps, form);
    const redirect = postLogoutRedirect(deps, hint, form);
    const session = hint.sid === undefined ? undefined : await deps.store.getDeviceSession(hint.sid);
    if (session?.sub === hint.sub && session.state !== 'ended') {
      const reason = 'signed_out';
      const signIns = { of: 'device', id: session.id } as const;
      await endSignIns(deps, { signIns, reason, audit: auditEach(session.sub, reason) });
    }
    const page = await readPageSession(deps, c);
    if (page.person?.sub === hint.sub) await forgetSignIn(deps, c, page);
    return redirect === undefined ? c.html(messagePage(c.get('language'), 'signed_out')) : c.redirect(redirect, 303);
  };
}

async function requireHint({ config, keys }: Pick<Deps, 'config' | 'keys'>, form: Form): Promise<IdTokenHint> {
  const { id_token_hint: token, client_id: clientId } = form;
  const hint = token === undefined ? undefined : await verifyIdTokenHint({ keys, issuer: config.issuer }, token);
  if (!hint) {
    throw new OAuthError('invalid_request', 'id_token_hint must be an ID token of this broker; sign out in your app');
  }
  if (clientId !== undefined && clientId !== hint.aud) {
    throw new OAuthError('invalid_request', 'client_id is not the client that id_token_hint was issued to');
  }
  return hint;
}

/** Where the client wants the browser back, with its `state`. Only its own loopback address is accepted. */
function postLogoutRedirect({ config }: Pick<Deps, 'config'>, { aud }: IdTokenHint, form: Form): string | undefined {
  const { post_logout_redirect_uri: uri, state } = form;
  if (uri === undefined) return undefined;
  const client = config.devices.get(aud);
  if (!client || client.grant === 'device' || !isLoopbackRedirect(uri, client.redirectPath)) {
    throw new OAuthError('invalid_request', 'post_logout_redirect_uri must be the redirect URI of this client');
  }
  const url = new URL(uri);
  if (state !== undefined) url.searchParams.set('state', state);
  return url.href;
}
