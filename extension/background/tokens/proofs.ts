import { createProof } from '@latchkey/shared/dpop.ts';
import { liesUnder } from '@latchkey/shared/resource-urls.ts';
import type { SessionAnswer } from '@latchkey/shared/session-api.ts';
import type { Clock } from '@latchkey/shared/time.ts';
import type { Keys } from '../../platform/keys.ts';
import { policyDenied } from '../errors.ts';
import { siteOf } from '../session/site-policy.ts';
import { sha256 } from '../sha256.ts';
import type { TokenAsk } from './token-cache.ts';

export interface ProofsDeps {
  keysOf(origin: string): Pick<Keys, 'loadOrCreate'>;
  current(): Promise<SessionAnswer | undefined>;
  now: Clock;
}

/** One request to an API, as its proof describes it. */
export interface ProvenRequest {
  method: string;
  url: string;
  nonce?: string | undefined;
}

export interface Proofs {
  /** Thumbprint of the origin's key, if the resource requires bound tokens. */
  bind(ask: TokenAsk): Promise<string | undefined>;
  /** @throws {LatchkeyError} `policy_denied` for a URL that isn't the resource's */
  prove(ask: TokenAsk, token: string, request: ProvenRequest): Promise<string>;
}

/** Proofs of possession (RFC 9449) for pages, with one key per origin. The keys stay here. */
export function createProofs({ keysOf, current, now }: ProofsDeps): Proofs {
  const resourceOf = async ({ origin, resource }: TokenAsk) => {
    const session = await current();
    return session && siteOf(session, origin)?.resources.find((listed) => listed.resource === resource);
  };
  return {
    async bind(ask) {
      if ((await resourceOf(ask))?.dpop !== 'required') return undefined;
      const { crv, kty, x, y } = (await keysOf(ask.origin).loadOrCreate()).publicJwk;
      // The key's thumbprint (RFC 7638 §3), with members in this order. Using `jose` for it would add half a kilobyte.
      return sha256(JSON.stringify({ crv, kty, x, y }));
    },
    async prove(ask, token, { method, url, nonce }) {
      const resource = await resourceOf(ask);
      if (!resource?.urls.some((allowed) => liesUnder(url, allowed))) {
        throw policyDenied(`no proof for this URL: it is under none of the urls of ${ask.resource}`);
      }
      return createProof(
        await keysOf(ask.origin).loadOrCreate(),
        // RFC 9449 §4.2.
        { method, url, nonce, ath: await sha256(token) },
        now(),
      );
    },
  };
}
