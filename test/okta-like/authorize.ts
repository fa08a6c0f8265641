import { randomBytes } from 'node:crypto';
import { Hono } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { html } from 'hono/html';
import type { Grant, OktaOptions, OktaUser } from './model.ts';

export type Codes = Map<string, { grant: Grant; redirectUri: string; challenge: string; nonce: string | undefined }>;

/** The sign-in page, and Okta's own session (cookie `sid`), which answers without it. */
export function createAuthorize({ client, users, now, codes, ...rules }: OktaOptions & { codes: Codes }): Hono {
  const sessions = new Map<string, { user: OktaUser; authTime: number }>();
  const app = new Hono();

  app.on(['GET', 'POST'], '/', async (c) => {
    const asked = c.req.query();
    const { redirect_uri: redirectUri = '', code_challenge: challenge, scope = '' } = asked;
    if (asked.client_id !== client.id || !client.redirectUris.includes(redirectUri)) {
      return c.html(
        html`<h1>400</h1><p>The 'redirect_uri' parameter must be a Login redirect URI in the client app settings.</p>`,
        400,
      );
    }
    const back = (answer: Record<string, string>) => {
      const url = new URL(redirectUri);
      for (const [name, value] of Object.entries({ ...answer, state: asked.state ?? '' }))
        url.searchParams.set(name, value);
      return c.redirect(url.href);
    };
    if (asked.response_type !== 'code' || challenge === undefined || asked.code_challenge_method !== 'S256') {
      return back({ error: 'invalid_request', error_description: 'PKCE code challenge is required.' });
    }
    const { knownScopes, refusesEveryone } = rules;
    if (knownScopes && !scope.split(' ').every((one) => knownScopes.includes(one))) {
      return back({
        error: 'invalid_scope',
        error_description: 'One or more scopes are not configured for the authorization server resource.',
      });
    }

    let session = asked.prompt === 'login' ? undefined : sessions.get(getCookie(c, 'sid') ?? '');
    if (c.req.method === 'POST') {
      const { username, password } = await c.req.parseBody();
      const user = users.find(({ login }) => login === username);
      if (user && user.password === password) {
        session = { user, authTime: Math.floor(now() / 1_000) };
        const sid = randomBytes(16).toString('base64url');
        sessions.set(sid, session);
        setCookie(c, 'sid', sid, { httpOnly: true, path: '/' });
      }
    }
    if (!session) {
      if (asked.prompt === 'none') {
        return back({
          error: 'login_required',
          error_description: 'The client specified not to prompt, but the user is not logged in.',
        });
      }
      return c.html(html`<h1>Sign In (a fake of Okta)</h1>
        <form method="post"><input name="username"><input name="password" type="password"><button>Sign in</button></form>`);
    }
    if (refusesEveryone) {
      return back({
        error: 'access_denied',
        error_description: 'User is not assigned to the client application.',
      });
    }
    const code = randomBytes(24).toString('base64url');
    const grant = { ...session, scopes: scope.split(' ') };
    codes.set(code, { grant, redirectUri, challenge, nonce: asked.nonce });
    return back({ code });
  });
  return app;
}
