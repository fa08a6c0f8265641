import { createLocalJWKSet, decodeJwt, type JSONWebKeySet, jwtVerify } from 'jose';

/** The expected contents of a token. */
export interface Expected {
  issuer: string;
  audience: string;
  idpSub: string;
  azp?: string | undefined;
  /** Seconds. */
  longestLife: number;
}

/** Checks tokens like an API, with the keys that the brokers publish. */
export function createTokenCheck(fetchKeys: () => Promise<JSONWebKeySet>) {
  let keys: JSONWebKeySet | undefined;

  /** @returns what is wrong, or `undefined` */
  async function check(token: unknown, expected: Expected): Promise<string | undefined> {
    if (typeof token !== 'string') return 'there is none';
    keys ??= await fetchKeys();
    try {
      const { payload } = await jwtVerify(token, createLocalJWKSet(keys), {
        issuer: expected.issuer,
        audience: expected.audience,
        typ: 'at+jwt',
        algorithms: ['ES256'],
        // Check it as of its issue time, because the brokers' clocks jump and a busy machine checks late.
        currentDate: new Date((decodeJwt(token).iat ?? 0) * 1_000),
      });
      const life = (payload.exp ?? 0) - (payload.iat ?? 0);
      if (life <= 0 || life > expected.longestLife) return `it lives for ${life} s`;
      if (payload.idp_sub !== expected.idpSub) return `it is for ${payload.idp_sub}, not for ${expected.idpSub}`;
      return payload.azp === expected.azp ? undefined : `its azp is ${payload.azp}`;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
  return check;
}

export type TokenCheck = ReturnType<typeof createTokenCheck>;
