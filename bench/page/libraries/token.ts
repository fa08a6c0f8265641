const encode = (part: unknown): string =>
  btoa(JSON.stringify(part)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

/** A JWT with an empty signature, as long as a usual one. The libraries read an ID token's claims and verify none here. */
export const unsignedJwt = (claims: object): string =>
  [encode({ alg: 'RS256', typ: 'JWT', kid: 'bench' }), encode(claims), 'x'.repeat(342)].join('.');

/** An access token, opaque to the libraries. */
export const accessToken = unsignedJwt({
  aud: 'https://api.example.com',
  scope: 'orders:read',
  padding: 'x'.repeat(300),
});
