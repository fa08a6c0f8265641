import { verifier } from '@latchkey/api';
import { guard } from '@latchkey/api/request';
import { api } from '../../settings';

// As `latchkey dev` has it.
const issuer = process.env.ISSUER ?? 'http://localhost:9401';
const require = guard(verifier({ issuer, audience: api }));

export const GET = require({ scopes: ['orders:read'] })((_request, { sub }) =>
  Response.json([{ id: '1', item: 'Gear', quantity: 2, owner: sub }]),
);
