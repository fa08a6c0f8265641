import {
  CompactSign,
  type CryptoKey,
  calculateJwkThumbprint,
  decodeProtectedHeader,
  importJWK,
  type JWK,
  jwtVerify,
} from 'jose';

/** What a proof says once its signature and its target hold (RFC 9449 §4.2). */
export interface Proof {
  /** RFC 7638 thumbprint of the key that signed. */
  jkt: string;
  jti: string;
  /** As the client's clock had it, NumericDate. */
  iat: number;
  nonce: string | undefined;
  ath: string | undefined;
}

export interface ProofTarget {
  method: string;
  /** Query and fragment are ignored (RFC 9449 §4.3). */
  url: string;
}

/** Why a proof is refused: a sentence without any part of the proof in it. */
export class ProofError extends Error {
  override readonly name = 'ProofError';
}

const withoutQuery = (url: string): string => {
  const parsed = new URL(url);
  return `${parsed.origin}${parsed.pathname}`;
};

/**
 * Makes a DPoP proof (RFC 9449 §4.2).
 *
 * @param keys an ES256 pair; the private half may be non-extractable
 * @param now milliseconds since the epoch
 */
export async function createProof(
  keys: { privateKey: CryptoKey; publicJwk: JWK },
  target: ProofTarget & { nonce?: string | undefined; ath?: string | undefined },
  now: number,
): Promise<string> {
  const { kty, crv, x, y } = keys.publicJwk;
  // What is undefined is left out.
  const claims = JSON.stringify({
    jti: crypto.randomUUID(),
    htm: target.method,
    htu: withoutQuery(target.url),
    iat: Math.floor(now / 1_000),
    nonce: target.nonce,
    ath: target.ath,
  });
  // Not SignJWT, whose helpers for claims would be a kilobyte of the extension.
  return new CompactSign(new TextEncoder().encode(claims))
    .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk: { kty, crv, x, y } as JWK })
    .sign(keys.privateKey);
}

/**
 * Checks signature, type, algorithm, method and URL of a DPoP proof. Freshness (nonce or `iat`), replay
 * (`jti`) and `ath` are the caller's, who knows what they have to be.
 *
 * @throws {ProofError} with a sentence that names what is wrong
 * @see RFC 9449 §4.3
 */
export async function verifyProof(jwt: string, target: ProofTarget): Promise<Proof> {
  if (jwt.length > 4_096) throw new ProofError('The DPoP proof is longer than 4096 characters.');
  const { payload, jkt } = await verifySignature(jwt);
  if (payload.htm !== target.method) throw new ProofError('The DPoP proof is for another method (htm).');
  if (
    typeof payload.htu !== 'string' ||
    !URL.canParse(payload.htu) ||
    withoutQuery(payload.htu) !== withoutQuery(target.url)
  ) {
    throw new ProofError(`The DPoP proof is for another URL (htu) than this request's: ${withoutQuery(target.url)}`);
  }
  const { jti, iat, nonce, ath } = payload;
  if (typeof jti !== 'string' || jti.length < 8 || jti.length > 128) {
    throw new ProofError('The DPoP proof has no usable jti (8 to 128 characters).');
  }
  if (typeof iat !== 'number') throw new ProofError('The DPoP proof has no iat.');
  return {
    jkt,
    jti,
    iat,
    nonce: typeof nonce === 'string' ? nonce : undefined,
    ath: typeof ath === 'string' ? ath : undefined,
  };
}

async function verifySignature(jwt: string) {
  try {
    const { jwk } = decodeProtectedHeader(jwt);
    if (!jwk || 'd' in jwk) throw new ProofError('The DPoP proof must carry a public key (jwk), and no private one.');
    // `iat` is not held against our clock: freshness is the nonce's age, so that a clock an hour off works.
    const known = await publicKey(jwk);
    const { payload } = await jwtVerify(jwt, known.key, {
      typ: 'dpop+jwt',
      algorithms: ['ES256'],
      currentDate: new Date(0),
    });
    remember(known);
    return { payload, jkt: known.jkt };
  } catch (cause) {
    if (cause instanceof ProofError) throw cause;
    throw new ProofError('The DPoP proof is not a JWT of type dpop+jwt, signed with ES256 by the key in its header.', {
      cause,
    });
  }
}

interface KnownKey {
  name: string;
  key: CryptoKey;
  jkt: string;
}

/**
 * Keys that have made a good proof, the one used last at the end: to import a key and to compute its thumbprint
 * costs as much as to check a signature, and whoever sends one proof sends more.
 */
const knownKeys = new Map<string, KnownKey>();
const maxKnownKeys = 1_000;

async function publicKey({ kty, crv, x, y }: JWK): Promise<KnownKey> {
  const jwk = { kty, crv, x, y } as JWK;
  const name = JSON.stringify([kty, crv, x, y]);
  const known = knownKeys.get(name);
  if (known) return known;
  return { name, key: (await importJWK(jwk, 'ES256')) as CryptoKey, jkt: await calculateJwkThumbprint(jwk) };
}

function remember(known: KnownKey): void {
  knownKeys.delete(known.name);
  knownKeys.set(known.name, known);
  if (knownKeys.size <= maxKnownKeys) return;
  const [oldest = ''] = knownKeys.keys();
  knownKeys.delete(oldest);
}
