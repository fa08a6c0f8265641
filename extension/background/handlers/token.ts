import { LatchkeyError } from '#shared/errors.ts';
import type { TokenView } from '#shared/page-protocol.ts';
import type { StepUp } from '../broker-error.ts';
import type { PageHandlers } from '../page-call.ts';
import { isAllowed, requireAllowed } from '../policy.ts';
import type { Proofs } from '../proofs.ts';
import type { Session } from '../session.ts';
import type { TokenAsk } from '../token-cache.ts';
import type { Tokens } from '../tokens.ts';
import { type Interactions, notSignedIn } from './interactions.ts';

/** A token with less left than this would expire on its way to the API. */
const defaultMinTtlS = 5;

/** How old the policy may be when it says no; it is then asked for again, since the administrator may have changed it. */
const policyMaxAgeMs = 30_000;

/** Signing in (as strongly as it is asked for), then consenting: a request never leads to more windows than these. */
const maxInteractions = 2;

/** `token.get` and `token.proof`: the methods that hand a secret to a page. */
export function tokenHandlers({
  session,
  tokens,
  proofs,
  interactions,
}: {
  session: Session;
  tokens: Tokens;
  proofs: Proofs;
  interactions: Interactions;
}): Pick<PageHandlers, 'token.get' | 'token.proof'> {
  const requirePolicy = async (ask: TokenAsk): Promise<void> => {
    const known = await session.current();
    if (!known || known.session.state === 'reauth_required') throw notSignedIn();
    if (isAllowed(known, ask)) return;
    const fresh = await session.refreshed(policyMaxAgeMs);
    if (!fresh) throw notSignedIn();
    requireAllowed(fresh, ask);
  };

  const get = async (ask: TokenAsk, minTtlS: number, stepUp: StepUp | undefined): Promise<TokenView> => {
    await requirePolicy(ask);
    const { access_token, token_type, expires_in, scope, resource } = await tokens.get(ask, minTtlS, stepUp);
    return { access_token, token_type, expires_in, scope, resource };
  };

  return {
    async 'token.get'(params, call) {
      const ask: TokenAsk = { origin: call.sender.origin, resource: params.resource, scopes: params.scopes };
      const { acr_values, max_age } = params;
      const stepUp = acr_values === undefined && max_age === undefined ? undefined : { acr_values, max_age };
      for (let interaction = 0; ; interaction += 1) {
        try {
          const token = await get(ask, params.min_ttl_s ?? defaultMinTtlS, stepUp);
          if (call.alive()) return token;
        } catch (error) {
          if (await interactions.renew(error, stepUp)) continue;
          if (params.interactive === 'never' || interaction === maxInteractions) throw error;
          await interactions.resolve(error, call, ask, stepUp);
          continue;
        }
        throw new LatchkeyError({ code: 'expired', message: 'the document that asked is gone' });
      }
    },

    async 'token.proof'({ resource, scopes, min_ttl_s, method, url, nonce }, { sender, alive }) {
      const ask: TokenAsk = { origin: sender.origin, resource, scopes };
      const minTtlS = min_ttl_s ?? defaultMinTtlS;
      const token = await get(ask, minTtlS, undefined).catch(async (error: unknown) => {
        if (await interactions.renew(error)) return get(ask, minTtlS, undefined);
        throw error;
      });
      const proof = await proofs.prove(ask, token.access_token, { method, url, nonce });
      if (!alive()) throw new LatchkeyError({ code: 'expired', message: 'the document that asked is gone' });
      return { ...token, proof };
    },
  };
}
