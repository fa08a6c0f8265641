import { Hono } from 'hono';
import { html } from 'hono/html';
import { acrValues, demoCode, wantsFactor } from '../../../demo/idp/second-factor.ts';
import type { DemoUser } from '../../../demo/users.ts';
import type { HydraAdmin } from './admin.ts';

/** What the login app knows of a person, beside the passwords. */
export interface People {
  users: readonly DemoUser[];
  /** Usernames that may not sign in. */
  disabled: ReadonlySet<string>;
  /** Usernames that may sign in, but not to Latchkey. */
  unassigned: ReadonlySet<string>;
  /** Whether the app names groups. */
  namesGroups: boolean;
  /** Hydra's sessions, by username. */
  sessions: Map<string, Set<string>>;
}

/** What Hydra hands over with a login challenge. */
interface LoginRequest {
  skip: boolean;
  subject: string;
  session_id: string;
  oidc_context?: { acr_values?: string[] };
}

/** How a session came about. Hydra keeps it between the steps, but doesn't ask with it at the next login. */
type Strength = 'password' | 'factor';

/**
 * The login and consent app that Hydra leaves to its users. Everyone has consented, since their employer has.
 *
 * @see https://www.ory.sh/docs/oauth2-oidc/custom-login-consent/flow
 */
export function createLoginApp({ call }: HydraAdmin, people: People): Hono {
  const { users, disabled, sessions } = people;
  const app = new Hono();
  const requests = '/oauth2/auth/requests';
  /** By session. */
  const strengths = new Map<string, Strength>();

  async function accept(
    challenge: string,
    request: LoginRequest,
    subject: string,
    strength: Strength,
  ): Promise<string> {
    strengths.set(request.session_id, strength);
    sessions.set(subject, (sessions.get(subject) ?? new Set()).add(request.session_id));
    const { redirect_to } = await call('PUT', `${requests}/login/accept?login_challenge=${challenge}`, {
      subject,
      remember: true,
      remember_for: 0,
      acr: acrValues[strength],
      amr: strength === 'factor' ? ['pwd', 'otp'] : ['pwd'],
      context: { acr: acrValues[strength] },
    });
    return redirect_to;
  }

  app.get('/login', async (c) => {
    const challenge = c.req.query('login_challenge') ?? '';
    const request: LoginRequest = await call('GET', `${requests}/login?login_challenge=${challenge}`);
    const strength = strengths.get(request.session_id) ?? 'password';
    const isEnough = strength === 'factor' || !wantsFactor(request.oidc_context?.acr_values?.join(' '));
    if (!request.skip || disabled.has(request.subject)) return c.html(passwordForm(challenge));
    if (!isEnough) return c.html(codeForm(challenge));
    return c.redirect(await accept(challenge, request, request.subject, strength));
  });

  app.post('/login', async (c) => {
    const form = await c.req.formData();
    const challenge = String(form.get('challenge'));
    const request: LoginRequest = await call('GET', `${requests}/login?login_challenge=${challenge}`);
    if (form.has('otp')) {
      if (form.get('otp') !== demoCode || !request.skip) return c.html(codeForm(challenge));
      return c.redirect(await accept(challenge, request, request.subject, 'factor'));
    }
    const user = users.find(({ username }) => username === form.get('username'));
    if (user?.password !== form.get('password') || disabled.has(user.username)) return c.html(passwordForm(challenge));
    if (people.unassigned.has(user.username)) {
      const refusal = { error: 'access_denied', error_description: 'User is not assigned to the application.' };
      return c.redirect(
        (await call('PUT', `${requests}/login/reject?login_challenge=${challenge}`, refusal)).redirect_to,
      );
    }
    return c.redirect(await accept(challenge, request, user.username, 'password'));
  });

  app.get('/consent', async (c) => {
    const challenge = c.req.query('consent_challenge') ?? '';
    const request = await call('GET', `${requests}/consent?consent_challenge=${challenge}`);
    const user = users.find(({ username }) => username === request.subject);
    const { redirect_to } = await call('PUT', `${requests}/consent/accept?consent_challenge=${challenge}`, {
      grant_scope: request.requested_scope,
      grant_access_token_audience: request.requested_access_token_audience,
      session: {
        id_token: {
          name: user?.name,
          email: user?.email,
          email_verified: true,
          ...(people.namesGroups ? { groups: user?.groups } : {}),
        },
      },
    });
    return c.redirect(redirect_to);
  });

  app.get('/logout', (c) =>
    c.html(
      page(html`<form method="post">
        <input type="hidden" name="challenge" value="${c.req.query('logout_challenge')}">
        <button type="submit">Sign out</button>
      </form>`),
    ),
  );
  app.post('/logout', async (c) => {
    const challenge = String((await c.req.formData()).get('challenge'));
    const { redirect_to } = await call('PUT', `${requests}/logout/accept?logout_challenge=${challenge}`);
    return c.redirect(redirect_to);
  });
  app.get('/signed-out', (c) => c.html(page(html`<h1>Signed out</h1>`)));
  return app;
}

type Html = ReturnType<typeof html>;

const page = (content: Html) =>
  html`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Example Corp.</title></head><body>${content}</body></html>`;

const passwordForm = (challenge: string) =>
  page(html`<form method="post" action="/login">
    <input type="hidden" name="challenge" value="${challenge}">
    <input name="username" required> <input name="password" type="password" required>
    <button type="submit">Sign in</button>
  </form>`);

const codeForm = (challenge: string) =>
  page(html`<form method="post" action="/login">
    <input type="hidden" name="challenge" value="${challenge}">
    <input name="otp" required> <button type="submit">Continue</button>
  </form>`);
