import { LatchkeyError } from '@latchkey/shared/errors.ts';
import type { TokenView } from '@latchkey/shared/page-protocol.ts';
import type { SessionAnswer } from '@latchkey/shared/session-api.ts';
import type { StepUp } from '../broker/broker-error.ts';
import { invalidRequest } from '../errors.ts';
import { documentIsGone } from '../page/consent-prompts.ts';
import type { PageHandlers } from '../page/handler-types.ts';
import type { Profile } from '../profiles/profile.ts';
import { type AccessAsk, isAllowed, isRefused, refusal, requireAllowed } from '../session/site-policy.ts';
import type { TokenAsk } from '../tokens/token-cache.ts';
import { type Interactions, notSignedIn } from './interactions.ts';
import { accountFor } from './session-handlers.ts';

/** A token with less time left could expire in transit to the API. */
const defaultMinTtlS = 5;

/** Maximum age of a refusal by policy or user. An older one is checked again, since it may have changed elsewhere. */
const policyMaxAgeMs = 30_000;

/** A sign-in (step-up included) and a consent. Either may be a window that another request opened. */
const maxInteractions = 2;

/** `token.get` and `token.proof`, the methods that give secrets to pages. */
export function tokenHandlers({
  interactions,
}: {
  interactions: Interactions;
}): Pick<PageHandlers, 'token.get' | 'token.proof'> {
  const requirePolicy = async ({ session }: Profile, { origin }: TokenAsk, { asks, named }: Wish): Promise<void> => {
    const isFine = (current: SessionAnswer): boolean =>
      !isRefused(current, origin) && asks.every((ask) => isAllowed(current, ask));
    let current = await session.current();
    if (current && !isFine(current)) current = await session.refreshed(policyMaxAgeMs);
    if (!current) throw notSignedIn();
    // Check before the sign-in, since a blocked site can't open a sign-in window.
    if (isRefused(current, origin)) throw refusal();
    if (current.session.state === 'reauth_required') throw notSignedIn();
    if (named !== undefined && accountFor(current, origin)?.sub !== named) throw anotherAccount();
    for (const ask of asks) requireAllowed(current, ask);
  };

  const get = async (profile: Profile, ask: TokenAsk, wish: Wish): Promise<TokenView> => {
    await requirePolicy(profile, ask, wish);
    const given = await profile.tokens.get(ask, wish.minTtlS ?? defaultMinTtlS, wish.stepUp, wish.trace);
    const { access_token, token_type, expires_in, scope, resource } = given;
    return { access_token, token_type, expires_in, scope, resource };
  };

  return {
    async 'token.get'(params, call) {
      const { origin } = call.sender;
      const ask: TokenAsk = { origin, resource: params.resource, scopes: params.scopes };
      const asks = [ask, ...(params.also ?? []).map((other) => ({ origin, ...other }))];
      if (new Set(asks.map(({ resource }) => resource)).size < asks.length) {
        throw invalidRequest('a resource is named twice');
      }
      const { acr_values, max_age } = params;
      const stepUp = acr_values === undefined && max_age === undefined ? undefined : { acr_values, max_age };
      const { trace } = call;
      const wish: Wish = { asks, minTtlS: params.min_ttl_s, named: params.profile, stepUp, trace };
      for (let interaction = 0; ; interaction += 1) {
        // Read it each time: in the consent window, the user may have chosen another account.
        const profile = await call.profile();
        try {
          const token = await get(profile, ask, wish);
          if (call.alive()) return token;
        } catch (error) {
          if (await interactions.renew(error, profile, origin, stepUp)) continue;
          if (params.interactive === 'never' || interaction >= maxInteractions) throw error;
          await interactions.resolve(error, call, asks, stepUp);
          continue;
        }
        throw documentIsGone();
      }
    },

    async 'token.proof'({ resource, scopes, min_ttl_s, profile: named, method, url, nonce }, call) {
      const ask: TokenAsk = { origin: call.sender.origin, resource, scopes };
      const wish: Wish = { asks: [ask], minTtlS: min_ttl_s, named, trace: call.trace };
      let profile = await call.profile();
      const token = await get(profile, ask, wish).catch(async (error: unknown) => {
        if (!(await interactions.renew(error, profile, ask.origin))) throw error;
        profile = await call.profile();
        return get(profile, ask, wish);
      });
      const proof = await profile.proofs.prove(ask, token.access_token, { method, url, nonce });
      if (!call.alive()) throw documentIsGone();
      return { ...token, proof };
    },
  };
}

/** A page's additional token requirements. */
interface Wish {
  /** What the policy must allow: the token, and what else the page uses. */
  asks: AccessAsk[];
  minTtlS: number | undefined;
  /** `sub` of the required account. */
  named: string | undefined;
  stepUp?: StepUp | undefined;
  /** Of the page's request. */
  trace: string;
}

/** The same error whether or not the user has that account. A page learns about its own account only. */
const anotherAccount = (): LatchkeyError =>
  new LatchkeyError({
    code: 'not_signed_in',
    message: 'this site has a different account; get the session again',
  });
