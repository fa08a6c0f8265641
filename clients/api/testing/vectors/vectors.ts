import {
  boundToken,
  claims,
  encode,
  expiredAt,
  farFuture,
  hmacToken,
  keys,
  proof,
  setting,
  signRaw,
  token,
} from './tokens.ts';

/** What an API must answer to a request. */
export interface Vector {
  name: string;
  /**
   * `must`: RFC 6750, 7515, 7518, 7519, 8725, 9068 or 9449 demands the verdict. `strict`: `@latchkey/api` refuses it, and
   * the RFCs leave the choice.
   */
  level: 'must' | 'strict';
  /** The signature algorithm that the API is configured for. */
  algorithm: 'ES256' | 'RS256';
  /** Seconds since the epoch. */
  now: number;
  /** `fixed`: the verdict holds only if the verifier's clock says `now`. `any`: on every day until 2099. */
  clock: 'any' | 'fixed';
  /** The values of the headers. Absent: the header is not sent. */
  request: { method: string; url: string; authorization?: string; dpop?: string };
  /** `reason` is that of `@latchkey/api`. */
  verdict: { status: number; error?: string; reason?: string };
}

type Options = Partial<Pick<Vector, 'level' | 'algorithm' | 'clock'>>;

const vector = (
  name: string,
  request: { authorization?: string; dpop?: string },
  verdict: Vector['verdict'],
  { level = 'must', algorithm = 'ES256', clock = 'any' }: Options = {},
): Vector => ({
  name,
  level,
  algorithm,
  now: setting.now,
  clock,
  request: { method: setting.method, url: setting.url, ...request },
  verdict,
});

const accepted = (name: string, jwt: string, options?: Options): Vector =>
  vector(name, { authorization: `Bearer ${jwt}` }, { status: 200 }, options);
const invalid = (name: string, reason: string, jwt: string, options?: Options): Vector =>
  vector(name, { authorization: `Bearer ${jwt}` }, { status: 401, error: 'invalid_token', reason }, options);
const forbidden = (name: string, error: string, jwt: string): Vector =>
  vector(name, { authorization: `Bearer ${jwt}` }, { status: 403, error });
const badProof = (name: string, dpop: string | undefined): Vector =>
  vector(
    name,
    { authorization: `DPoP ${boundToken}`, ...(dpop === undefined ? {} : { dpop }) },
    { status: 401, error: 'invalid_dpop_proof' },
    { clock: 'fixed' },
  );

const strict = { level: 'strict' } as const;
const good = token();
const [head = '', body = '', signature = ''] = good.split('.');
const unsigned = (alg: string) => `${encode({ alg, typ: 'at+jwt', kid: keys.ec.kid })}.${body}.`;
/** ES256 signatures are r and s, 32 bytes each (RFC 7518 §3.4). Other protocols write them in DER. */
const derSignature = () => {
  const raw = Buffer.from(signature, 'base64url');
  const integer = (half: Buffer) => {
    const trimmed = half.subarray(half.findIndex((byte) => byte !== 0));
    const positive = (trimmed[0] ?? 0) > 127 ? Buffer.concat([Buffer.of(0), trimmed]) : trimmed;
    return Buffer.concat([Buffer.of(2, positive.length), positive]);
  };
  const both = Buffer.concat([integer(raw.subarray(0, 32)), integer(raw.subarray(32))]);
  return Buffer.concat([Buffer.of(48, both.length), both]).toString('base64url');
};
const foreign = { kid: keys.ec.kid };

export const vectors: readonly Vector[] = [
  accepted('valid token', good),
  accepted('valid token, type in the long form', token({}, { typ: 'application/at+jwt' })),
  accepted('valid token, one of several audiences', token({ aud: ['https://other.example.com', setting.audience] })),
  accepted('valid token, unknown claims', token({ tenant: 7, nested: { list: [null] } })),
  accepted('valid token, nbf in the past', token({ nbf: expiredAt })),
  vector('valid token, scheme in lower case', { authorization: `bearer ${good}` }, { status: 200 }),
  accepted('valid token, RS256', token({}, {}, keys.rsa), { algorithm: 'RS256' }),

  vector('no Authorization header', {}, { status: 401, error: 'missing_token' }),
  vector('another scheme', { authorization: 'Basic YWRhOmVuZ2luZQ==' }, { status: 401, error: 'missing_token' }),
  vector('two tokens', { authorization: `Bearer ${good} ${good}` }, { status: 400, error: 'invalid_request' }, strict),

  invalid('another issuer', 'wrong_issuer', token({ iss: 'https://evil.example' })),
  invalid('issuer with a slash at the end', 'wrong_issuer', token({ iss: `${setting.issuer}/` })),
  invalid('no issuer', 'missing_claim', token({ iss: undefined })),
  invalid('another audience', 'wrong_audience', token({ aud: 'https://other.example.com' })),
  invalid('audience with a slash at the end', 'wrong_audience', token({ aud: `${setting.audience}/` })),
  invalid('no audience', 'missing_claim', token({ aud: undefined })),
  invalid('empty list of audiences', 'wrong_audience', token({ aud: [] })),
  invalid('expired', 'expired', token({ exp: expiredAt })),
  invalid('no expiry', 'missing_claim', token({ exp: undefined })),
  invalid('expiry is text', 'malformed', token({ exp: String(farFuture) }), strict),
  invalid('not yet valid', 'not_yet_valid', token({ nbf: farFuture - 1 })),
  invalid('issued in the future', 'not_yet_valid', token({ iat: farFuture - 1 }), strict),
  invalid('no subject', 'missing_claim', token({ sub: undefined })),
  invalid('no client', 'missing_claim', token({ client_id: undefined })),
  invalid('no jti', 'missing_claim', token({ jti: undefined }), strict),
  invalid('subject is a number', 'malformed', token({ sub: 7 }), strict),
  invalid('scope is a list', 'malformed', token({ scope: ['orders:read'] }), strict),
  invalid('groups are text', 'malformed', token({ groups: 'example:staff' }), strict),

  invalid(
    'ID token',
    'wrong_type',
    signRaw(
      { alg: 'ES256', typ: 'JWT', kid: keys.ec.kid },
      { iss: claims.iss, sub: claims.sub, aud: 'shop-client', iat: claims.iat, exp: claims.exp, nonce: 'n' },
    ),
  ),
  invalid('ID token for a client of the same name as the API', 'wrong_type', token({}, { typ: 'JWT' })),
  invalid('no type', 'wrong_type', token({}, { typ: undefined })),
  invalid('logout token', 'wrong_type', token({}, { typ: 'logout+jwt' })),
  invalid('DPoP proof as a token', 'wrong_type', token({}, { typ: 'dpop+jwt' })),

  invalid('signed by another key', 'bad_signature', token({}, foreign, keys.foreign)),
  invalid('unknown key', 'unknown_key', token({}, {}, keys.foreign)),
  invalid('no key ID', 'unknown_key', token({}, { kid: undefined }), strict),
  invalid('key ID is a path', 'unknown_key', token({}, { kid: '../../../../dev/null' }, keys.foreign)),
  invalid('brings its key (jwk)', 'key_in_token', token({}, { ...foreign, jwk: keys.foreign.publicJwk }, keys.foreign)),
  invalid(
    'names its key set (jku)',
    'key_in_token',
    token({}, { ...foreign, jku: 'https://evil.example/jwks' }, keys.foreign),
  ),
  invalid(
    'names its certificate (x5u)',
    'key_in_token',
    token({}, { ...foreign, x5u: 'https://evil.example/x' }, keys.foreign),
  ),
  invalid('brings its certificate (x5c)', 'key_in_token', token({}, { ...foreign, x5c: ['MIIB'] }, keys.foreign)),
  invalid('names a key set, rightly signed', 'key_in_token', token({}, { jku: `${setting.issuer}/jwks` }), strict),

  invalid('alg none', 'wrong_algorithm', unsigned('none')),
  invalid('alg None', 'wrong_algorithm', unsigned('None')),
  invalid('alg none with a signature', 'wrong_algorithm', `${unsigned('none')}${signature}`),
  invalid('no alg', 'wrong_algorithm', token({}, { alg: undefined })),
  invalid(
    'HS256 with the public key as PEM',
    'wrong_algorithm',
    hmacToken(keys.ec.publicKey.export({ format: 'pem', type: 'spki' })),
  ),
  invalid(
    'HS256 with the public key as DER',
    'wrong_algorithm',
    hmacToken(keys.ec.publicKey.export({ format: 'der', type: 'spki' })),
  ),
  invalid('HS256 with the public key as JWK', 'wrong_algorithm', hmacToken(JSON.stringify(keys.ec.publicJwk))),
  invalid('RS256 where ES256 is expected', 'wrong_algorithm', token({}, {}, keys.rsa)),
  invalid('ES256 where RS256 is expected', 'wrong_algorithm', good, { algorithm: 'RS256' }),
  invalid('names a key of another algorithm', 'unknown_key', token({}, { kid: keys.rsa.kid })),

  invalid('payload changed', 'bad_signature', `${head}.${encode({ ...claims, sub: 'somebody-else' })}.${signature}`),
  invalid(
    'header changed',
    'bad_signature',
    `${encode({ alg: 'ES256', kid: keys.ec.kid, typ: 'at+jwt' })}.${body}.${signature}`,
  ),
  invalid('signature of zeros', 'bad_signature', `${head}.${body}.${Buffer.alloc(64).toString('base64url')}`),
  invalid('signature cut', 'bad_signature', good.slice(0, -4)),
  invalid('signature in DER', 'bad_signature', `${head}.${body}.${derSignature()}`),
  invalid('signature missing', 'bad_signature', `${head}.${body}.`),
  invalid('two parts', 'malformed', `${head}.${body}`),
  invalid('five parts', 'malformed', `${good}.${signature}.${signature}`),
  invalid('not a token', 'malformed', 'null'),
  invalid('payload is a list', 'malformed', signRaw({ alg: 'ES256', typ: 'at+jwt', kid: keys.ec.kid }, '[1,2]')),
  invalid('payload is not JSON', 'malformed', signRaw({ alg: 'ES256', typ: 'at+jwt', kid: keys.ec.kid }, '{"sub":')),
  invalid(
    'a claim twice',
    'malformed',
    signRaw(
      { alg: 'ES256', typ: 'at+jwt', kid: keys.ec.kid },
      JSON.stringify(claims).replace('{', '{"sub":"somebody-else",'),
    ),
    strict,
  ),
  invalid('unknown critical header parameter', 'malformed', token({}, { crit: ['exp-2'], 'exp-2': 1 })),

  forbidden('another scope', 'insufficient_scope', token({ scope: 'orders:write' })),
  forbidden('a scope that begins with the required one', 'insufficient_scope', token({ scope: 'orders:read-all' })),
  forbidden('no scope', 'insufficient_scope', token({ scope: undefined })),
  forbidden('another group', 'insufficient_group', token({ groups: ['example:guests'] })),
  forbidden('the group of another provider', 'insufficient_group', token({ groups: ['other:staff', 'staff'] })),
  forbidden('no groups', 'insufficient_group', token({ groups: undefined })),

  invalid('bound token as Bearer', 'wrong_type', boundToken),
  vector(
    'bound token with its proof, as Bearer',
    { authorization: `Bearer ${boundToken}`, dpop: proof() },
    { status: 401, error: 'invalid_token', reason: 'wrong_type' },
  ),
  vector(
    'bound token with its proof',
    { authorization: `DPoP ${boundToken}`, dpop: proof() },
    { status: 200 },
    { clock: 'fixed' },
  ),
  badProof('bound token without a proof', undefined),
  badProof('proof for another method', proof({ htm: 'POST' })),
  badProof('proof for another URL', proof({ htu: 'https://evil.example/orders' })),
  badProof('proof for another token', proof({ ath: 'fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo' })),
  badProof('proof without a token', proof({ ath: undefined })),
  badProof('proof by another key', proof({}, {}, keys.foreign)),
  badProof('proof with the key of another', proof({}, { jwk: keys.client.publicJwk }, keys.foreign)),
  badProof('proof of another type', proof({}, { typ: 'JWT' })),
  badProof('proof without a signature', `${proof({}, { alg: 'none' }).split('.').slice(0, 2).join('.')}.`),
  badProof('old proof', proof({ iat: setting.now - 600 })),
  badProof('proof of the future', proof({ iat: setting.now + 600 })),
  badProof('not a proof', 'null'),
];
