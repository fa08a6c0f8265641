import type { PageErrorBody } from '@latchkey/shared/errors.ts';
import type { Account } from '@latchkey/shared/session-api.ts';
import * as oauth from 'oauth4webapi';
import type { StoredValue } from '../../platform/stored-value.ts';
import type { DiagnosticFacts, DiagnosticProbe } from '../../protocol/ui.ts';
import { errorBody } from '../error-body.ts';
import type { Profiles } from '../profiles/profiles.ts';
import type { Setup } from '../setup.ts';
import type { UiHandlers } from '../ui-port.ts';

export interface DiagnosticsDeps {
  setup: Pick<Setup, 'source'>;
  /** The main account is looked at. */
  profiles: Pick<Profiles, 'main'>;
  redirectUri(): string;
  problem: StoredValue<PageErrorBody>;
}

/** What only the background knows of itself. The rest the diagnostics page finds out, and says what it all means. */
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

  /** Begins a sign-in that no window follows: the broker says whether it knows this extension and its provider. */
  const probe = async (): Promise<DiagnosticProbe> => {
    const { session, authorize } = await profiles.main();
    // So that the facts that are read next are fresh; what fails here is told there.
    await session.refreshed(0).catch(() => undefined);
    try {
      const { authorization_url: url } = await authorize({
        redirect_uri: redirectUri(),
        code_challenge: await oauth.calculatePKCECodeChallenge(oauth.generateRandomCodeVerifier()),
        state: oauth.generateRandomState(),
      });
      return { host: new URL(url).host };
    } catch (error) {
      return { error: errorBody(error) };
    }
  };

  return { 'diagnostics.get': facts, 'diagnostics.probe': probe };
}

const nameOf = ({ name, email, sub }: Account): string => name ?? email ?? sub;
