import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { lstatSync, readFileSync } from 'node:fs';
import { shellWord } from '@latchkey/shared/shell-word.ts';
import { fileFault, readFault } from '../file-fault.ts';
import { createNewFile } from '../new-file.ts';

/** The file can't be made or read. The message gives the cause and the fix. */
export class ServiceKeyError extends Error {
  override readonly name = 'ServiceKeyError';
  readonly code = 'invalid_service_key';
}

/**
 * Creates a service's private key (ES256), readable only by its owner. Never replaces a file: it may be the key of a service
 * that is in use.
 *
 * @returns the public key, for `public_jwk`
 * @throws {ServiceKeyError}
 */
export function createServiceKey(path: string): JsonWebKey {
  const { crv, kty, x, y, d } = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
  // The members' order is that of the thumbprint (RFC 7638 §3.2).
  const kid = createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
  const jwk = { kty, crv, x, y, kid, alg: 'ES256', use: 'sig' };
  try {
    createNewFile(path, `${JSON.stringify({ ...jwk, d })}\n`, 0o600);
  } catch (cause) {
    const isFolder = lstatSync(path, { throwIfNoEntry: false })?.isDirectory();
    const exists = {
      reason: 'it exists, and may be the key of a service in use',
      cure: `Name another file. To print the public key of this one: latchkey services key --key-file ${shellWord(path)}`,
    };
    const { reason, cure } = isFolder
      ? fileFault({ code: 'EISDIR' }, path)
      : (cause as NodeJS.ErrnoException).code === 'EEXIST'
        ? exists
        : fileFault(cause, path);
    throw new ServiceKeyError(`can't write ${path}: ${reason}. ${cure}`, { cause });
  }
  return jwk;
}

/** The members of a public key, in the order that {@link createServiceKey} has. RFC 7517 §4, RFC 7518 §6. */
const publicMembers = ['kty', 'crv', 'x', 'y', 'n', 'e', 'kid', 'alg', 'use'] as const;

/**
 * Reads the private key of a service, a JWK or a set of one (RFC 7517), and returns its public key, with no member of the file
 * that isn't public.
 *
 * @returns the public key, for `public_jwk`
 * @throws {ServiceKeyError}
 */
export function publicKeyOfService(path: string): JsonWebKey {
  const jwk = privateJwk(readKey(path), path);
  try {
    const privateKey = createPrivateKey({ key: jwk, format: 'jwk' });
    const publicKey = createPublicKey(privateKey);
    if (!belong(privateKey, publicKey)) throw notAKey(path);
    const key = publicKey.export({ format: 'jwk' });
    const { kid, alg, use } = jwk;
    const all: JsonWebKey = { kid, alg, use, ...key };
    return Object.fromEntries(publicMembers.flatMap((name) => (all[name] === undefined ? [] : [[name, all[name]]])));
  } catch {
    throw notAKey(path);
  }
}

/** Node takes the public part of an EC key from the file as it is. */
function belong(privateKey: KeyObject, publicKey: KeyObject): boolean {
  const digest = privateKey.asymmetricKeyType === 'ed25519' ? null : 'sha256';
  const text = Buffer.from('latchkey');
  return verify(digest, text, publicKey, sign(digest, text, privateKey));
}

function readKey(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const { reason, cure } = readFault(cause);
    throw new ServiceKeyError(`can't read ${path}: ${reason}. ${cure}`, { cause });
  }
}

function privateJwk(text: string, path: string): JsonWebKey {
  try {
    // Editors on Windows begin a file with a byte order mark.
    const value = JSON.parse(text.replace(/^\ufeff/, '')) as JsonWebKey & { keys?: JsonWebKey[] };
    const [jwk, ...others] = value.keys ?? [value];
    if (typeof jwk?.d === 'string' && others.length === 0) return jwk;
  } catch {
    // The message of JSON.parse would show a part of the key.
  }
  throw notAKey(path);
}

/** Without a cause: its message may have a part of the key. */
const notAKey = (path: string): ServiceKeyError =>
  new ServiceKeyError(
    `${path} is not the private key of a service. It must be one private key as a JWK, as "latchkey services key --output" writes it`,
  );
