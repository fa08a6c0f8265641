import { serve } from '@hono/node-server';
import { verifier } from '@latchkey/api';
import { cors, guard } from '@latchkey/api/hono';
import { Hono } from 'hono';

// As `latchkey dev` has them.
const { ISSUER = 'http://localhost:9401', SITE = 'http://localhost:5173', PORT = '3000' } = process.env;
// The API's name in the broker's configuration, which is also its address.
const { API = `http://localhost:${PORT}` } = process.env;

const require = guard(verifier({ issuer: ISSUER, audience: API }));
const app = new Hono();
app.use(cors({ origins: [SITE] }));
app.get('/orders', require({ scopes: ['orders:read'] }), (c) =>
  c.json([{ id: '1', item: 'Gear', quantity: 2, owner: c.get('claims').sub }]),
);
serve({ fetch: app.fetch, hostname: 'localhost', port: Number(PORT) });
