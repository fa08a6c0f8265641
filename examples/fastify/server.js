import { verifier } from '@latchkey/api';
import { claimsOf, cors, guard } from '@latchkey/api/fastify';
import fastify from 'fastify';

// As `latchkey dev` has them.
const { ISSUER = 'http://localhost:9401', SITE = 'http://localhost:5173', PORT = '3000' } = process.env;
// The API's name in the broker's configuration, which is also its address.
const { API = `http://localhost:${PORT}` } = process.env;

const require = guard(verifier({ issuer: ISSUER, audience: API }));
const app = fastify();
app.addHook('onRequest', cors({ origins: [SITE] }));
app.get('/orders', { onRequest: require({ scopes: ['orders:read'] }) }, async (request) => [
  { id: '1', item: 'Gear', quantity: 2, owner: claimsOf(request).sub },
]);
await app.listen({ host: 'localhost', port: Number(PORT) });
