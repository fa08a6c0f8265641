import { timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import type Provider from 'oidc-provider';
import type { DemoUser } from '../users.ts';
import { consentPage, factorPage, loginPage, messagePage } from './pages.ts';
import { acrValues, demoCode, factorReason, wantsFactor } from './second-factor.ts';

type Env = { Bindings: HttpBindings };
type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>;

const byPassword = { acr: acrValues.password, amr: ['pwd'] };
const byFactor = { acr: acrValues.factor, amr: ['pwd', 'otp', 'mfa'] };

/** Adds what the person was asked for to their grant. @returns its ID */
async function allowed(provider: Provider, { prompt, params, session, grantId }: Interaction): Promise<string> {
  const found = grantId === undefined ? undefined : await provider.Grant.find(grantId);
  const grant =
    found ?? new provider.Grant({ clientId: String(params.client_id), accountId: session?.accountId ?? '' });
  const { missingOIDCScope = [], missingOIDCClaims = [] } = prompt.details as Record<string, string[]>;
  grant.addOIDCScope(missingOIDCScope.join(' '));
  grant.addOIDCClaims(missingOIDCClaims);
  return grant.save();
}

/** The person is signed in and needs only the second factor. */
const isFactorMissing = ({ reasons }: { reasons: readonly string[] }): boolean =>
  reasons.every((reason) => reason === factorReason);

const sameText = (given: unknown, right: string): boolean => {
  if (typeof given !== 'string') return false;
  const [a, b] = [Buffer.from(given), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
};

interface LoginOptions {
  users: readonly DemoUser[];
  /** Usernames that have no access to the broker. */
  unassigned: ReadonlySet<string> | undefined;
  asksConsent: boolean;
}

/** The pages that the provider sends people to: the login form, and consent, which is granted without asking unless `asksConsent`. */
export function createLogin(provider: Provider, { users, unassigned, asksConsent }: LoginOptions): Hono<Env> {
  const app = new Hono<Env>();
  const details = ({ env }: Context<Env>) => provider.interactionDetails(env.incoming, env.outgoing);
  const finish = async (c: Context<Env>, result: Record<string, unknown>): Promise<Response> =>
    c.redirect(await provider.interactionResult(c.env.incoming, c.env.outgoing, result), 303);

  app.use(async (c, next) => {
    await next();
    c.header('Cache-Control', 'no-store');
    // No form-action: browsers also apply it to redirects after the form, and the last one leads to the extension.
    c.header(
      'Content-Security-Policy',
      "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'",
    );
    c.header('X-Content-Type-Options', 'nosniff');
    c.header('Referrer-Policy', 'no-referrer');
  });

  app.get('/idp.css', async (c) =>
    c.body(await readFile(new URL('idp.css', import.meta.url)), 200, { 'Content-Type': 'text/css; charset=utf-8' }),
  );

  app.get('/interaction/:uid', async (c) => {
    const { prompt, params, session } = await details(c);
    if (prompt.name === 'consent' && !asksConsent) return finish(c, { consent: {} });
    if (prompt.name === 'consent') return c.html(consentPage(c.req.path));
    if (isFactorMissing(prompt) && session) return c.html(factorPage(c.req.path, session.accountId));
    return c.html(loginPage(users, c.req.path, { factor: wantsFactor(params.acr_values) }));
  });

  app.post('/interaction/:uid', async (c) => {
    const interaction = await details(c);
    const { prompt, params, session } = interaction;
    if (prompt.name === 'consent') return finish(c, { consent: { grantId: await allowed(provider, interaction) } });
    const { username, password, otp } = await c.req.parseBody();
    if (isFactorMissing(prompt) && session) {
      const { accountId } = session;
      if (!sameText(otp, demoCode)) return c.html(factorPage(c.req.path, accountId, 'Wrong code. Please try again.'));
      return finish(c, { login: { accountId, ...byFactor } });
    }
    const factor = wantsFactor(params.acr_values);
    const user = users.find((known) => known.username === username);
    if (!user || !sameText(password, user.password) || (factor && !sameText(otp, demoCode))) {
      const error = `Wrong ${factor ? 'username, password or code' : 'username or password'}. Please try again.`;
      // 200, like other providers: browsers close the window of launchWebAuthFlow at any status of 400 or above.
      return c.html(loginPage(users, c.req.path, { factor, attempt: { username: String(username ?? ''), error } }));
    }
    if (unassigned?.has(user.username))
      return finish(c, { error: 'access_denied', error_description: 'User is not assigned to the application.' });
    return finish(c, { login: { accountId: user.username, ...(factor ? byFactor : byPassword) } });
  });

  app.onError((error, c) => {
    if (error.name !== 'SessionNotFound') throw error;
    return c.html(
      messagePage('This sign-in is over', 'It took too long, or was finished elsewhere. Start again.'),
      400,
    );
  });
  return app;
}
