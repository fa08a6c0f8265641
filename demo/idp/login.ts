import { timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import type Provider from 'oidc-provider';
import type { DemoUser } from '../users.ts';
import { loginPage, messagePage } from './pages.ts';

type Env = { Bindings: HttpBindings };

const samePassword = (given: string, right: string): boolean => {
  const [a, b] = [Buffer.from(given), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
};

/** The pages that the provider sends people to: the login form, and consent, which it takes as given. */
export function createLogin(provider: Provider, users: readonly DemoUser[]): Hono<Env> {
  const app = new Hono<Env>();
  const details = ({ env }: Context<Env>) => provider.interactionDetails(env.incoming, env.outgoing);
  const finish = async (c: Context<Env>, result: Record<string, unknown>): Promise<Response> =>
    c.redirect(await provider.interactionResult(c.env.incoming, c.env.outgoing, result), 303);

  app.use(async (c, next) => {
    await next();
    c.header('Cache-Control', 'no-store');
    // No form-action: browsers hold it against every redirect after the form, and the last one leads to the extension.
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
    const { prompt } = await details(c);
    return prompt.name === 'consent' ? finish(c, { consent: {} }) : c.html(loginPage(users, c.req.path));
  });

  app.post('/interaction/:uid', async (c) => {
    await details(c);
    const { username, password } = await c.req.parseBody();
    const user = users.find((known) => known.username === username);
    if (!user || typeof password !== 'string' || !samePassword(password, user.password)) {
      const attempt = { username: String(username ?? ''), error: 'Wrong username or password. Please try again.' };
      // 200, as providers do: browsers close the window of launchWebAuthFlow at any status from 400 on.
      return c.html(loginPage(users, c.req.path, attempt));
    }
    return finish(c, { login: { accountId: user.username, acr: 'urn:example:password', amr: ['pwd'] } });
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
