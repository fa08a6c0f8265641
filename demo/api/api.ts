import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { createMiddleware } from 'hono/factory';
import * as v from 'valibot';
import { ApiError, type Claims, parseScope, type Requirements, verifier } from '#clients/api';
import { createOrders } from './orders.ts';

export interface ApiOptions {
  /** The issuer of the tokens: the broker. */
  issuer: string;
  /** The audience of the tokens: this API's name in the broker's configuration. */
  resource: string;
  /** Origins of the sites that may call from a page. */
  sites: string[];
  /** What the API knows about each customer, by username at the identity provider. */
  customers: ReadonlyMap<string, { name: string }>;
  now: () => number;
}

/** The demo provider's `acr` for a sign-in with a second factor. */
const secondFactor = 'urn:example:mfa';

type Env = { Variables: { claims: Claims } };

const newOrder = v.strictObject({
  item: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(80)),
  quantity: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(99)),
});

/** A typical company API: it verifies each request's token with `@latchkey/api` and has no sign-in code. */
export function createApi({ issuer, resource, sites, customers, now }: ApiOptions): Hono<Env> {
  const verify = verifier({ issuer, audience: resource, now });
  const orders = createOrders();
  const requires = (scopes: string[] = [], signIn: Pick<Requirements, 'acr' | 'maxAge'> = {}) =>
    createMiddleware<Env>(async (c, next) => {
      c.set('claims', await verify(c.req.raw, { scopes, ...signIn }));
      await next();
    });

  const app = new Hono<Env>();
  app.use(
    cors({
      origin: sites,
      allowMethods: ['GET', 'POST', 'DELETE'],
      allowHeaders: ['Authorization', 'DPoP', 'Content-Type'],
      exposeHeaders: ['WWW-Authenticate', 'DPoP-Nonce'],
      maxAge: 600,
    }),
  );
  app.onError((error) => {
    if (error instanceof ApiError) return error.toResponse();
    throw error;
  });

  app.get('/whoami', requires(), (c) => {
    const { sub, idp_sub: account = '', scope, groups = [], client_id, azp, exp } = c.get('claims');
    return c.json({
      name: customers.get(account)?.name ?? account,
      sub,
      scopes: parseScope(scope),
      groups,
      through: azp ?? client_id,
      expires_at: new Date(exp * 1_000).toISOString(),
    });
  });

  app.get('/orders', requires(['orders:read']), (c) => c.json(orders.list(c.get('claims').sub)));

  app.post('/orders', requires(['orders:write']), async (c) => {
    const body = v.safeParse(newOrder, await c.req.json().catch(() => undefined));
    if (!body.success) {
      const description = 'Send JSON with "item" (1 to 80 characters) and "quantity" (1 to 99).';
      return c.json({ error: 'invalid_request', error_description: description }, 400);
    }
    const order = orders.add(c.get('claims').sub, body.output.item, body.output.quantity);
    return order ? c.json(order, 201) : c.json({ error: 'too_many_orders' }, 409);
  });

  // An irreversible action needs a recent sign-in with a second factor (RFC 9470).
  app.delete('/orders', requires(['orders:write'], { acr: secondFactor, maxAge: 3_600 }), (c) => {
    const { sub, acr, amr } = c.get('claims');
    return c.json({ canceled: orders.clear(sub), acr, amr });
  });

  app.notFound((c) => c.json({ error: 'not_found', error_description: 'There are /whoami and /orders.' }, 404));
  return app;
}
