import { isDeepStrictEqual } from 'node:util';
import type * as oauth from 'oauth4webapi';
import type { ClientAuthentication, UpstreamConfig } from '../config/types.ts';
import type { Log } from '../log.ts';
import { type Sent, wereCredentialsAccepted, wereCredentialsRefused } from './classify-failure.ts';
import { clientAuth } from './client-auth.ts';

/** The secrets or keys of one provider, as they are configured now. */
export type Configured = Pick<UpstreamConfig, 'authentication' | 'otherAuthentication'>;

export interface ClientCredentials {
  /**
   * Sends a request. If the provider refuses the credentials, sends it again with the other ones, if there are any:
   * a provider authenticates the client before it looks at a code or a refresh token (RFC 6749 §5.2), so a refused
   * request has used up nothing.
   *
   * @param seen what became of the last request sent
   */
  send(seen: Sent, request: (auth: oauth.ClientAuth) => Promise<Response>): Promise<Response>;
}

interface Candidate {
  authentication: ClientAuthentication;
  auth: Promise<oauth.ClientAuth> | undefined;
}

/**
 * The credentials that a provider accepted last come first, so that a wrong one costs one extra request and not one
 * each time. A reload that changes them starts with the first again.
 *
 * @param configured read for each request
 */
export function createClientCredentials(
  name: string,
  configured: () => Configured,
  log: Pick<Log, 'warn'>,
): ClientCredentials {
  let known: Configured | undefined;
  let candidates: readonly Candidate[] = [];

  function current(): readonly Candidate[] {
    const { authentication, otherAuthentication } = configured();
    const now = { authentication, otherAuthentication };
    if (isDeepStrictEqual(now, known)) return candidates;
    known = now;
    candidates = [authentication, ...(otherAuthentication ? [otherAuthentication] : [])].map((each) => ({
      authentication: each,
      auth: undefined,
    }));
    return candidates;
  }

  return {
    async send(seen, request) {
      const [first, second] = current();
      if (!first) throw new Error('a provider has at least one secret or key');
      const ask = (candidate: Candidate) => {
        candidate.auth ??= clientAuth(candidate.authentication);
        return candidate.auth.then(request);
      };
      const response = await ask(first);
      if (!second || !wereCredentialsRefused(seen)) return response;
      const refusal = seen.answer;
      const again = await ask(second);
      if (wereCredentialsRefused(seen)) return again;
      // Unless another request or a reload has changed the order in the meantime.
      if (candidates[0] === first && wereCredentialsAccepted(seen)) {
        candidates = [second, first];
        log.warn({
          event: 'client_credentials_refused',
          upstream: name,
          status: refusal?.status,
          used: first.authentication === known?.authentication ? 'second' : 'first',
          cure: `The provider refuses one of the two secrets or keys of upstreams.${name}, and the broker uses the other. If you are replacing it, remove the old one from the configuration and reload it. Otherwise correct it.`,
        });
      }
      return again;
    },
  };
}
