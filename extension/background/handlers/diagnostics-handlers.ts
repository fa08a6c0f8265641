import type { Account } from '@latchkey/shared/session-api.ts';
import * as oauth from 'oauth4webapi';
import type { StoredValue } from '../../platform/stored-value.ts';
import type { Problem } from '../../protocol/problem.ts';
import type { DiagnosticFacts, DiagnosticProbe } from '../../protocol/ui.ts';
import { problemBody } from '../error-body.ts';
import type { Profiles } from '../profiles/profiles.ts';
import type { Setup } from '../setup.ts';
import type { UiHandlers } from '../ui-port.ts';

export interface DiagnosticsDeps {
  setup: Pick<Setup, 'source'>;
  /** Diagnostics cover the main account only. */
  profiles: Pick<Profiles, 'main'>;
  redirectUri(): string;
  problem: StoredValue<Problem>;
}

/** Facts that only the background knows. The diagnostics page collects the rest and explains it. */
export function diagnosticsHandlers({
  setup,
  profiles,
  redirectUri,
  problem,
}: DiagnosticsDeps): Pick<UiHandlers, 'diagnostics.get' | 'diagnostics.probe'> {
  const facts = async (): Promise<DiagnosticFacts> => {
    const { id, session, eventStream } = await profiles.main();
    const known = await session.known();
    return {
      broker: await setup.source(),
      profile: id,
      session: known && { state: known.session.state, account: nameOf(known.account) },
      stream: await eventStream.standing(),
      sites: (known?.policy.sites ?? []).map(({ origin }) => origin),
      problem: await problem.get(),
    };
  };

  /**
   * Starts a sign-in without opening a window: the broker says whether it knows this extension and reaches its
   * provider.
   */
  const probe = async (): Promise<DiagnosticProbe> => {
    const { session, authorize } = await profiles.main();
    // Refresh first, so that the facts are current. They include a failure of this call.
    await session.refreshed(0).catch(() => undefined);
    try {
      const { authorization_url: url } = await authorize({
        redirect_uri: redirectUri(),
        code_challenge: await oauth.calculatePKCECodeChallenge(oauth.generateRandomCodeVerifier()),
        state: oauth.generateRandomState(),
      });
      return { host: new URL(url).host };
    } catch (error) {
      return { error: problemBody(error) };
    }
  };

  return { 'diagnostics.get': facts, 'diagnostics.probe': probe };
}

const nameOf = ({ name, email, sub }: Account): string => name ?? email ?? sub;
