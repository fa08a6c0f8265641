// One protected route. Settings: ISSUER, AUDIENCE, PORT, and JWKS_URI if the keys are not at ISSUER/jwks.
import { serve } from '@hono/node-server';
import { guard } from '@latchkey/api/hono';
import { Hono } from 'hono';
import { verify } from './verify.js';

const require = guard(verify);
const app = new Hono();
app.get('/orders', require({ scopes: ['orders:read'], groups: ['example:staff'] }), (c) =>
  c.json({ subject: c.get('claims').sub, orders: [] }),
);
serve({ fetch: app.fetch, hostname: '127.0.0.1', port: Number(process.env.PORT) });
