import {
  base64url,
  type CryptoKey,
  calculateJwkThumbprint,
  decodeProtectedHeader,
  importJWK,
  type JWK,
  jwtVerify,
} from 'jose';

/** The content of a proof whose signature and target are valid (RFC 9449 §4.2). */
export interface Proof {
  /** RFC 7638 thumbprint of the key that signed. */
  jkt: string;
  jti: string;
  /** By the client's clock, NumericDate. */
  iat: number;
  nonce: string | undefined;
  ath: string | undefined;
}

export interface ProofTarget {
  method: string;
  /** Query and fragment are ignored (RFC 9449 §4.3). */
  url: string;
}

/** Why a proof is refused. The message contains no part of the proof. */
export class ProofError extends Error {
  override readonly name = 'ProofError';
}

const withoutQuery = (url: string): string => {
  const parsed = new URL(url);
  return `${parsed.origin}${parsed.pathname}`;
};

const isSameTarget = (htu: string, url: string): boolean =>
  htu === url || (URL.canParse(htu) && withoutQuery(htu) === withoutQuery(url));

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
  // `JSON.stringify` omits undefined members.
  const claims = JSON.stringify({
    jti: crypto.randomUUID(),
    htm: target.method,
    htu: withoutQuery(target.url),
    iat: Math.floor(now / 1_000),
    nonce: target.nonce,
    ath: target.ath,
  });
  const header = JSON.stringify({ typ: 'dpop+jwt', alg: 'ES256', jwk: { kty, crv, x, y } });
  // The compact serialization (RFC 7515 §3.1). WebCrypto's ECDSA signatures have the form of ES256 (RFC 7518 §3.4).
  // Signing with `jose` would add three kilobytes to the extension.
  const signed = `${base64url.encode(header)}.${base64url.encode(claims)}`;
  const algorithm = { name: 'ECDSA', hash: 'SHA-256' };
  const signature = await crypto.subtle.sign(algorithm, keys.privateKey, new TextEncoder().encode(signed));
  return `${signed}.${base64url.encode(new Uint8Array(signature))}`;
}

/** A proof whose type, algorithm and signature are right. */
export interface SignedProof {
  payload: Readonly<Record<string, unknown>>;
  /** RFC 7638 thumbprint of the key that signed. */
  jkt: string;
}

/**
 * Checks signature, type, algorithm, method and URL of a DPoP proof. The caller checks freshness (nonce or `iat`),
 * replay (`jti`) and `ath`.
 *
 * @param verifySignature where a runtime has a faster way than WebCrypto; throws {@link ProofError}
 * @throws {ProofError} saying what is wrong
 * @see RFC 9449 §4.3
 */
export async function verifyProof(
  jwt: string,
  target: ProofTarget,
  verifySignature: (jwt: string) => SignedProof | Promise<SignedProof> = verifyByWebCrypto,
): Promise<Proof> {
  if (jwt.length > 4_096) throw new ProofError('The DPoP proof is longer than 4096 characters.');
  const { payload, jkt } = await verifySignature(jwt);
  if (payload.htm !== target.method) throw new ProofError('The DPoP proof is for another method (htm).');
  if (typeof payload.htu !== 'string' || !isSameTarget(payload.htu, target.url)) {
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

async function verifyByWebCrypto(jwt: string): Promise<SignedProof> {
  try {
    const { jwk } = decodeProtectedHeader(jwt);
    if (!jwk || 'd' in jwk) throw badKey();
    // `iat` is not compared with our clock: the nonce's age shows freshness, so a client's clock may be an hour off.
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
    throw badSignature(cause);
  }
}

/** The proof is no JWT of the right type, or its signature is wrong. */
export const badSignature = (cause?: unknown): ProofError =>
  new ProofError('The DPoP proof is not a JWT of type dpop+jwt, signed with ES256 by the key in its header.', {
    cause,
  });

/** The proof has no key, or a private one. */
export const badKey = (): ProofError =>
  new ProofError('The DPoP proof must carry a public key (jwk), and no private one.');

interface KnownKey {
  name: string;
  key: CryptoKey;
  jkt: string;
}

/**
 * Cache of keys that have made a valid proof, least recently used first. Importing a key and computing its thumbprint
 * costs as much as checking a signature, and clients usually send more than one proof.
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
