import { readFile } from 'node:fs/promises';
import { importJWK, type JWK } from 'jose';
import { type ClientAuth, ClientSecretPost, PrivateKeyJwt } from 'oauth4webapi';
import { type Io, UsageError } from './io.ts';

/** Where a service's secret or private key is. Never on the command line, where every user of the machine can read it. */
export const authenticationOptions = {
  'secret-file': { type: 'string' },
  'key-file': { type: 'string' },
} as const;

const variables = { secret: 'LATCHKEY_CLIENT_SECRET', key: 'LATCHKEY_CLIENT_KEY' } as const;

/**
 * Reads how a service authenticates: its secret (RFC 6749 §2.3.1) or its private key (RFC 7523), from a file or from the
 * environment. Options override variables. `-` is stdin.
 *
 * @throws {UsageError} if there is none or more than one, or if it can't be used
 */
export async function serviceAuthentication(
  values: { 'secret-file'?: string | undefined; 'key-file'?: string | undefined },
  io: Pick<Io, 'env' | 'input' | 'inputIsTerminal' | 'hiddenInput'>,
): Promise<ClientAuth> {
  const files = { secret: values['secret-file'], key: values['key-file'] };
  const hasFile = files.secret !== undefined || files.key !== undefined;
  const texts = hasFile
    ? {
        secret: await contentOf(files.secret, () => typedSecret(io)),
        key: await contentOf(files.key, () => pipedKey(io)),
      }
    : { secret: io.env[variables.secret] || undefined, key: io.env[variables.key] || undefined };
  const { secret, key } = texts;
  if (secret !== undefined && key !== undefined) throw new UsageError('give either the secret or the key, not both');
  if (key !== undefined) return ofKey(withoutMark(key));
  if (secret !== undefined) return ofSecret(withoutMark(secret));
  throw new UsageError(
    `the service has no credentials: set ${variables.secret} or ${variables.key}, or add --secret-file or --key-file`,
  );
}

const typedSecret = ({ input, inputIsTerminal, hiddenInput }: Pick<Io, 'input' | 'inputIsTerminal' | 'hiddenInput'>) =>
  inputIsTerminal ? hiddenInput('Secret of the service (not shown; Enter ends it): ') : input();

/** Nobody types a key, and what is pasted into a terminal stays on its screen. */
function pipedKey({ input, inputIsTerminal }: Pick<Io, 'input' | 'inputIsTerminal'>): Promise<string> {
  if (!inputIsTerminal) return input();
  throw new UsageError('--key-file - reads a pipe, and stdin is a terminal. Name the file, or append: < FILE');
}

async function contentOf(path: string | undefined, fromStdin: () => Promise<string>): Promise<string | undefined> {
  if (path === undefined) return undefined;
  if (path === '-') return fromStdin();
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new UsageError(`${path} can't be read (${(error as NodeJS.ErrnoException).code})`, { cause: error });
  }
}

/** Editors on Windows begin a file with a byte order mark. */
function withoutMark(text: string): string {
  if (/[\0\ufffd]/.test(text)) throw new UsageError('the secret or key is not UTF-8: save the file as UTF-8');
  return text.replace(/^\ufeff/, '');
}

/** Longer than any secret that the broker accepts. */
const longestSecret = 1_000;

/** What is sent as the secret leaves the machine, so a file of something else is refused. */
function ofSecret(text: string): ClientAuth {
  // Editors and `echo` end a file with line breaks.
  let end = text.length;
  while (end > 0 && '\r\n'.includes(text.charAt(end - 1))) end -= 1;
  const secret = text.slice(0, end);
  if (secret === '') throw new UsageError('the secret is empty');
  if (/^\s*\{|^-----BEGIN/.test(secret))
    throw new UsageError(`this is a key, not a secret: use --key-file or ${variables.key}`);
  if (/^(?:sha256|scrypt):/.test(secret))
    throw new UsageError('this is the hash for secret_hash: the service needs the secret itself');
  if (/\p{Cc}/u.test(secret) || secret.length > longestSecret)
    throw new UsageError('the secret must be one line, and nothing else may be in the file');
  return ClientSecretPost(secret);
}

/** What the broker accepts. */
const algorithms: ReadonlySet<string> = new Set(['ES256', 'ES384', 'EdDSA', 'Ed25519', 'PS256', 'RS256']);
const leastModulus = 2_048;

async function ofKey(text: string): Promise<ClientAuth> {
  const jwk = privateJwk(text);
  const algorithm = jwk.alg ?? usualAlgorithm(jwk);
  if (!algorithms.has(algorithm) || jwk.use === 'enc') throw notAKey();
  let key: Awaited<ReturnType<typeof importJWK>>;
  try {
    key = await importJWK(jwk, algorithm);
  } catch (cause) {
    throw notAKey(cause);
  }
  if (key instanceof Uint8Array) throw notAKey();
  const { modulusLength } = key.algorithm as { modulusLength?: number };
  if (modulusLength !== undefined && modulusLength < leastModulus)
    throw new UsageError(`the RSA key has ${modulusLength} bits; it needs at least ${leastModulus}`);
  return PrivateKeyJwt(jwk.kid === undefined ? key : { key, kid: jwk.kid });
}

/** A JWK, or a JWK Set of one key (RFC 7517). */
function privateJwk(text: string): JWK {
  try {
    const value = JSON.parse(text) as JWK & { keys?: JWK[] };
    const [jwk, ...others] = value.keys ?? [value];
    if (jwk?.d !== undefined && others.length === 0) return jwk;
  } catch {
    // The message of JSON.parse would show a part of the key.
  }
  throw notAKey();
}

/** For keys that don't name their algorithm. The broker takes the same. */
function usualAlgorithm({ kty, crv }: JWK): string {
  if (kty === 'RSA') return 'RS256';
  return crv === 'P-384' ? 'ES384' : kty === 'OKP' ? 'EdDSA' : 'ES256';
}

const notAKey = (cause?: unknown) =>
  new UsageError(
    'the key must be one private key for signatures, as a JWK (EC P-256 or P-384, Ed25519 or RSA), as "latchkey services key" writes it',
    { cause },
  );
