import { LatchkeyError } from '@latchkey/shared/errors.ts';
import { consent } from '@latchkey/shared/session-api.ts';
import * as v from 'valibot';
import type { Schema, StoredValue } from '../../platform/stored-value.ts';
import { expired } from '../errors.ts';
import type { Profiles } from '../profiles/profiles.ts';

/** The access that the user removed last: whose, and what it was. */
export interface Removed {
  profile: string;
  sub: string;
  origin: string;
  consents: v.InferOutput<typeof consent>[];
}

export const removedAccess: Schema<Removed> = v.object({
  profile: v.string(),
  sub: v.string(),
  origin: v.string(),
  consents: v.array(consent),
});

export interface RemovedAccessDeps {
  profiles: Pick<Profiles, 'at' | 'get'>;
  /** In memory, so that it outlives the background but not the browser. */
  removed: StoredValue<Removed>;
}

/** Removes a site's access at once, and can undo the last removal. */
export function createRemovedAccess({ profiles, removed }: RemovedAccessDeps) {
  return {
    async remove(origin: string): Promise<void> {
      const { id: profile, session } = await profiles.at(origin);
      const before = await session.known();
      await session.revoke({ origin });
      if (!before) return;
      const consents = before.consents.filter((one) => one.origin === origin);
      await removed.set({ profile, sub: before.account.sub, origin, consents });
    },
    /**
     * Gives back exactly what was removed, but for what the policy has stopped allowing since.
     *
     * @param sub the account that the user sees
     * @throws {LatchkeyError} `expired` if another removal came after it, or the site has another account now;
     *   `policy_denied` if something is no longer allowed, after the rest was given back
     */
    async restore(origin: string, sub: string): Promise<void> {
      const last = await removed.get();
      const { id } = await profiles.at(origin);
      if (last?.origin !== origin || last.sub !== sub || last.profile !== id) throw tooLate();
      const { session } = await profiles.get(last.profile);
      let denied: LatchkeyError | undefined;
      for (const { resource, scope } of last.consents) {
        try {
          await session.grant({ origin, resource, scope }, sub);
        } catch (error) {
          if (!(error instanceof LatchkeyError) || error.code !== 'policy_denied') throw error;
          denied ??= error;
        }
      }
      // Last, so that a background that stops in between can be asked again. A removal since then keeps its own "Undo".
      if (JSON.stringify(await removed.get()) === JSON.stringify(last)) await removed.clear();
      if (denied) throw denied;
    },
  };
}

const tooLate = (): LatchkeyError => expired('nothing is left to undo');
