import type { SessionRefusal } from '@latchkey/shared/session-requests.ts';
import type { Deps } from '../deps.ts';
import { logRefusal, readRefusal } from '../upstream/sign-in-refusal.ts';
import { consumeBegun } from './extension-sign-in.ts';

/**
 * Ends a sign-in that the provider refused, and logs why. The provider's redirect leads to the extension, so nobody else
 * could tell. Only the holder of the sign-in can, and only once.
 *
 * @throws {OAuthError} `invalid_transaction` if it is over by now
 */
export async function refuseSignIn(
  deps: Pick<Deps, 'store' | 'now' | 'log'>,
  request: SessionRefusal,
  { jkt, requestId, signIn }: { jkt: string; requestId: string; signIn: string },
): Promise<void> {
  const { upstream, silentFor } = await consumeBegun(deps, request, jkt);
  logRefusal(deps.log, readRefusal(request.error, request.error_description), {
    upstream,
    purpose: silentFor === undefined ? 'extension' : 'extension_silent',
    requestId,
    signIn,
    isSilent: silentFor !== undefined,
  });
}
