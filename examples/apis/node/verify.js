import { verifier } from '@latchkey/api';

const { ISSUER, AUDIENCE, JWKS_URI, PORT } = process.env;

export const verify = verifier({
  issuer: ISSUER,
  audience: AUDIENCE,
  jwksUri: JWKS_URI,
  // Where clients call this API. Without it, a proof's URL is compared with the Host header, which the client chooses.
  publicOrigin: `http://127.0.0.1:${PORT}`,
});
