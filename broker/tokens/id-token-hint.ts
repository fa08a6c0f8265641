import { createLocalJWKSet, jwtVerify } from 'jose';
import * as v from 'valibot';
import type { SigningKeys } from './signing-keys.ts';

const hintSchema = v.object({ sub: v.string(), aud: v.string(), sid: v.optional(v.string()) });

/** Who an ID token of the broker is about, for which client, and the device session that it came from. */
export type IdTokenHint = v.InferOutput<typeof hintSchema>;

const maxLength = 16_384;

/**
 * Verifies an `id_token_hint`. It may have expired: a person signs out long after the sign-in (OpenID Connect
 * RP-Initiated Logout §2).
 *
 * @returns `undefined` if it is not an ID token of this broker, or its key is no longer published
 */
export async function verifyIdTokenHint(
  { keys, issuer }: { keys: Pick<SigningKeys, 'published'>; issuer: string },
  token: string,
): Promise<IdTokenHint | undefined> {
  if (token.length > maxLength) return undefined;
  const keySet = createLocalJWKSet(await keys.published());
  const options = { issuer, typ: 'JWT', algorithms: ['RS256', 'ES256'], currentDate: new Date(0) };
  const verified = await jwtVerify(token, keySet, options).catch(() => undefined);
  const hint = v.safeParse(hintSchema, verified?.payload);
  return hint.success ? hint.output : undefined;
}
