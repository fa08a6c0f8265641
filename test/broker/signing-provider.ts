import { exportJWK, generateKeyPair, type JWK } from 'jose';

/** The issuer of every in-process broker. */
export const providerIssuer = 'https://acme.okta.com';

const firstKey = newKey('first');

const json = (body: unknown) => Promise.resolve(Response.json(body));

/** A provider that serves only metadata and keys. `answers` can be replaced at any time. */
export async function signingProvider() {
  const keys = [await firstKey];
  const publicOf = ({ d: _, p: __, q: ___, dp: ____, dq: _____, qi: ______, ...key }: JWK) => key;
  const answers = {
    metadata: () => json({ issuer: providerIssuer, jwks_uri: `${providerIssuer}/keys` }),
    keys: () => json({ keys: keys.map(publicOf) }),
  };
  const fetch = ((url: string) =>
    String(url).endsWith('/keys') ? answers.keys() : answers.metadata()) as typeof globalThis.fetch;
  return {
    keys,
    answers,
    fetch,
    /** Adds a key and signs with it from now on. */
    async rotate() {
      const key = await newKey(`key-${keys.length}`);
      keys.push(key);
      return key;
    },
  };
}

async function newKey(kid: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  return { ...(await exportJWK(privateKey)), kid, alg: 'RS256' };
}
