import { exactOrigin } from '@latchkey/shared/origin.ts';
import * as v from 'valibot';
import { matchPattern } from '../platform/match-pattern.ts';
import type { Sites } from '../platform/sites.ts';
import type { Schema, StoredValue } from '../platform/stored-value.ts';
import type { ManagedPolicy } from '../protocol/managed-policy.ts';
import type { BrokerSource } from '../protocol/ui.ts';
import { invalidRequest } from './errors.ts';

/** What to do after the user answers the permission prompt. It is stored, because the prompt may close the popup. */
export type Pending = { broker: string } | { site: string };

export const chosenBroker: Schema<string> = v.pipe(
  v.string(),
  v.check((text) => exactOrigin(text) !== undefined),
);

export interface SetupDeps {
  baked: { broker: string; sites: string[] } | null;
  managed(): Promise<ManagedPolicy>;
  /** The broker that the user entered. It sees every sign-in, so it is stored where content scripts can't write. */
  chosen: StoredValue<string>;
  pending: StoredValue<Pending>;
  sites: Sites;
  /** Origins in the broker's policy for this user. */
  policySites(): Promise<string[]>;
  /** Signs out all accounts before the broker changes. */
  leave(): Promise<void>;
  changed(): void;
}

export interface Setup {
  /** The broker, even if the extension has no access to it yet. */
  broker(): Promise<string | undefined>;
  /** The broker, and where its address comes from. */
  source(): Promise<{ url: string; source: BrokerSource } | undefined>;
  /** Whether the extension has host access to an origin. Always true in a baked build. */
  isReachable(origin: string): Promise<boolean>;
  /** Whether the user turned on the site at an origin. Always false in a baked build, which doesn't need it. */
  isTurnedOn(origin: string): Promise<boolean>;
  /** Stores what the permission prompt is for. @throws {LatchkeyError} `invalid_request` if it isn't an origin */
  expect(pending: Pending): Promise<void>;
  /** Continues the pending setup if the user granted access. Does nothing otherwise. */
  resume(): Promise<void>;
  /** Registers the bridge for the user's sites. Browsers drop registrations when the extension is updated. */
  restore(): Promise<void>;
  /** Like `restore`, but for an update. It also injects a new bridge into open tabs, whose old one is disconnected. */
  updated(): Promise<void>;
}

/** How the store build gets its broker and sites. A baked build has both from the start. */
export function createSetup({ baked, managed, chosen, pending, sites, policySites, leave, changed }: SetupDeps): Setup {
  const reachable = async (origin: string): Promise<boolean> => baked !== null || sites.isReachable(origin);

  const source: Setup['source'] = async () => {
    if (baked) return { url: baked.broker, source: 'baked' };
    const { broker_url: url } = await managed();
    if (url !== undefined) return { url: new URL(url).origin, source: 'policy' };
    const named = exactOrigin(await chosen.get());
    return named === undefined ? undefined : { url: named, source: 'person' };
  };
  const broker = async (): Promise<string | undefined> => (await source())?.url;

  const restore = async (): Promise<string[]> => {
    if (baked) return [];
    // This fails if nobody is signed in or the broker is unreachable. Sites that the user turned on must still work.
    const named = await policySites().catch(() => []);
    const open = await Promise.all(named.map((origin) => sites.isReachable(origin)));
    const own = await broker();
    const connected = (await sites.reachable()).filter((site) => own === undefined || site !== matchPattern(own));
    const patterns = [...new Set([...named.filter((_, index) => open[index]).map(matchPattern), ...connected])];
    await sites.register(patterns);
    return patterns;
  };

  /** A different broker means a different organization, so nothing carries over from the previous one. */
  const change = async (broker: string): Promise<void> => {
    const before = await chosen.get();
    if (before !== undefined && before !== broker) {
      await leave();
      await sites.giveUp(before);
    }
    await chosen.set(broker);
  };

  return {
    broker,
    source,
    isReachable: reachable,
    async isTurnedOn(origin) {
      if (baked || origin === (await broker())) return false;
      return (await sites.reachable()).includes(matchPattern(origin));
    },
    async expect(next) {
      requireOrigin('broker' in next ? next.broker : next.site);
      await pending.set(next);
    },
    async resume() {
      const waiting = await pending.get();
      if (!waiting) return;
      const origin = 'broker' in waiting ? waiting.broker : waiting.site;
      if (!(await reachable(origin))) return;
      await pending.clear();
      if ('broker' in waiting) {
        await change(waiting.broker);
      } else {
        await restore();
        await sites.inject([matchPattern(waiting.site)]);
      }
      changed();
    },
    restore: async () => void (await restore()),
    updated: async () => sites.inject(await restore()),
  };
}

/** Both a broker's issuer and a site are origins. */
function requireOrigin(text: string): void {
  if (exactOrigin(text) !== undefined) return;
  throw invalidRequest('the address must be an origin, such as https://latchkey.example.com');
}
