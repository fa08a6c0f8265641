import { verifier } from '@latchkey/api';
import { claimsOf, cors, guard } from '@latchkey/api/express';
import express from 'express';

// As `latchkey dev` has them.
const { ISSUER = 'http://localhost:9401', SITE = 'http://localhost:5173', PORT = '3000' } = process.env;
// The API's name in the broker's configuration, which is also its address.
const { API = `http://localhost:${PORT}` } = process.env;

const require = guard(verifier({ issuer: ISSUER, audience: API }));
const app = express();
app.use(cors({ origins: [SITE] }));
app.get('/orders', require({ scopes: ['orders:read'] }), (req, res) => {
  res.json([{ id: '1', item: 'Gear', quantity: 2, owner: claimsOf(req).sub }]);
});
app.listen(Number(PORT), 'localhost');
