import { scopeKey } from '@latchkey/shared/scope.ts';
import type { TokenAnswer } from '@latchkey/shared/session-api.ts';
import type { Clock } from '@latchkey/shared/time.ts';
import type { BrokerClient } from '../broker/broker-client.ts';
import type { StepUp } from '../broker/broker-error.ts';
import { busy } from '../errors.ts';
import type { PageEvents } from '../session/page-events.ts';
import type { Session } from '../session/session.ts';
import { isConsented, takenBack } from '../session/site-policy.ts';
import { createSingleFlight } from '../single-flight.ts';
import { requireAnswerTo } from './token-answer.ts';
import type { TokenAsk, TokenCache } from './token-cache.ts';

export interface TokensDeps {
  client: BrokerClient;
  /** The broker's issuer. */
  broker(): Promise<string>;
  session: Session;
  cache: TokenCache;
  events: PageEvents;
  /** Thumbprint of the key to bind a token to, if its resource requires that (RFC 9449 §6). */
  bind(ask: TokenAsk): Promise<string | undefined>;
  now: Clock;
}

export interface Tokens {
  /**
   * @param stepUp the API's requirements of the sign-in. Only the broker can tell whether a token meets them
   * @param minTtlS minimum remaining lifetime in seconds, capped by the broker's token lifetime
   * @param trace see `newTrace`
   * @throws {LatchkeyError} the broker's refusal, or `busy` if its token doesn't match the request
   */
  get(ask: TokenAsk, minTtlS: number, stepUp?: StepUp, trace?: string): Promise<TokenAnswer>;
}

/** Returns tokens from the cache while they live long enough, else from the broker. One request at a time per token. */
export function createTokens({ client, broker, session, cache, events, bind, now }: TokensDeps): Tokens {
  const flights = createSingleFlight<TokenAnswer>();

  const fetchToken = async (ask: TokenAsk, minTtlS: number, stepUp?: StepUp, trace?: string): Promise<TokenAnswer> => {
    const epoch = await events.epoch(ask.origin);
    // Check the cache again inside the flight: the previous one may have fetched the token.
    const cached = stepUp ? undefined : await cache.get(ask, minTtlS * 1_000);
    if (cached) return cached;
    const askedAt = now();
    const { origin, resource, scopes } = ask;
    const jkt = await bind(ask);
    const bound = jkt === undefined ? {} : { jkt };
    const body = { origin, resource, scope: scopeKey(scopes), min_ttl: minTtlS, ...bound, ...stepUp };
    const token = await session.guard(() => client.token(body, trace));
    if (epoch !== (await events.epoch(ask.origin))) {
      const known = await session.known();
      if (known && !isConsented(known, ask)) throw takenBack();
      throw busy('the account or the access changed meanwhile: ask again', 100);
    }
    const sub = (await session.known())?.account.sub;
    requireAnswerTo({ ...ask, jkt, sub, broker: await broker() }, token);
    await cache.put(ask, token, askedAt);
    return token;
  };

  return {
    async get(ask, minTtlS, stepUp, trace) {
      const cached = stepUp ? undefined : await cache.get(ask, minTtlS * 1_000);
      if (cached) return cached;
      const { origin, resource, scopes } = ask;
      const flight = JSON.stringify([origin, resource, scopeKey(scopes), minTtlS, stepUp]);
      return flights.run(flight, () => fetchToken(ask, minTtlS, stepUp, trace));
    },
  };
}
