// One protected route. Settings: ISSUER, AUDIENCE, PORT, and JWKS_URI if the keys are not at ISSUER/jwks.
import { claimsOf, guard } from '@latchkey/api/fastify';
import fastify from 'fastify';
import { verify } from './verify.js';

const require = guard(verify);
const app = fastify();
app.get('/orders', { onRequest: require({ scopes: ['orders:read'], groups: ['example:staff'] }) }, async (request) => ({
  subject: claimsOf(request).sub,
  orders: [],
}));
await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) });
