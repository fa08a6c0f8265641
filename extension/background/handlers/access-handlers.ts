import type { AccessView } from '@latchkey/shared/page-protocol.ts';
import type { SessionAnswer } from '@latchkey/shared/session-api.ts';
import { busy } from '../errors.ts';
import type { PageHandlers } from '../page/handler-types.ts';
import { consentedScopes, siteOf } from '../session/site-policy.ts';
import { notSignedIn } from './interactions.ts';

export interface AccessHandlersDeps {
  /** @returns how long to wait if a site revokes too often, because each revocation is a request to the broker */
  limit(origin: string): number | undefined;
}

/** `access.*`: what a site can have, what it has, and giving access back. */
export function accessHandlers({ limit }: AccessHandlersDeps): Pick<PageHandlers, 'access.list' | 'access.revoke'> {
  return {
    async 'access.list'(_params, { sender, profile }) {
      const current = await (await profile()).session.current();
      if (!current) throw notSignedIn();
      return { access: listAccess(current, sender.origin) };
    },

    async 'access.revoke'({ resource }, { sender, profile }) {
      const { session } = await profile();
      if (!(await session.current())) throw notSignedIn();
      const waitMs = limit(sender.origin);
      if (waitMs !== undefined) {
        const message = 'this site gives its access back too often';
        throw busy(message, waitMs);
      }
      await session.revoke({ origin: sender.origin, ...(resource === undefined ? {} : { resource }) });
      // Read the account again: the answer is about the remaining access.
      await profile();
      return {};
    },
  };
}

/** Returns one entry per resource for granted scopes, and one for scopes that the site can still ask for. */
function listAccess(session: SessionAnswer, origin: string): AccessView[] {
  const site = siteOf(session, origin);
  if (!site) return [];
  return site.resources.flatMap(({ resource, name, scopes, urls }) => {
    const consented = consentedScopes(session.consents, origin, resource);
    const has = (scope: string) => site.consent === 'granted' || consented.has(scope);
    return [true, false].flatMap((granted) => {
      const such = Object.keys(scopes).filter((scope) => has(scope) === granted);
      return such.length > 0 ? [{ resource, name, scopes: such, granted, urls }] : [];
    });
  });
}
