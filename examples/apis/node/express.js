// One protected route. Settings: ISSUER, AUDIENCE, PORT, and JWKS_URI if the keys are not at ISSUER/jwks.
import { claimsOf, guard } from '@latchkey/api/express';
import express from 'express';
import { verify } from './verify.js';

const require = guard(verify);
const app = express();
app.get('/orders', require({ scopes: ['orders:read'], groups: ['example:staff'] }), (req, res) => {
  res.json({ subject: claimsOf(req).sub, orders: [] });
});
app.listen(Number(process.env.PORT), '127.0.0.1');
