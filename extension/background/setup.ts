import { LatchkeyError } from '@latchkey/shared/errors.ts';
import { exactOrigin } from '@latchkey/shared/origin.ts';
import { matchPattern } from '../platform/match-pattern.ts';
import type { Sites } from '../platform/sites.ts';
import type { StoredValue } from '../platform/stored-value.ts';
import type { ManagedPolicy } from '../protocol/managed-policy.ts';
import type { BrokerSource } from '../protocol/ui.ts';

/** What waits for the person's answer to the browser's own question; the popup may die behind that. */
export type Pending = { broker: string } | { site: string };

export interface SetupDeps {
  baked: { broker: string; sites: string[] } | null;
  managed(): Promise<ManagedPolicy>;
  /** The broker that the person named, kept where no content script can write: it sees every sign-in. */
  chosen: StoredValue<string>;
  pending: StoredValue<Pending>;
  sites: Sites;
  /** Origins that the broker's policy names for this person. */
  policySites(): Promise<string[]>;
  /** Signs out everybody, before the broker becomes another one. */
  leave(): Promise<void>;
  changed(): void;
}

export interface Setup {
  /** The broker, whether or not it can be reached yet. */
  broker(): Promise<string | undefined>;
  /** The same, and where its address comes from. */
  source(): Promise<{ url: string; source: BrokerSource } | undefined>;
  /** Whether the extension may reach an origin; a baked build always may. */
  isReachable(origin: string): Promise<boolean>;
  /** Remembers what the browser's question is about. @throws {LatchkeyError} `invalid_request` for what is no origin */
  expect(pending: Pending): Promise<void>;
  /** Goes on once the access is there; does nothing where it isn't. */
  resume(): Promise<void>;
  /** Puts the bridge where the person wants it: registrations are lost when the extension is updated. */
  restore(): Promise<void>;
}

/** The store build's way to a broker and to sites. In a baked build everything is there from the start. */
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

  const restore = async (): Promise<void> => {
    if (baked) return;
    // Nobody may be signed in, or the broker be away: sites that the person connected are connected all the same.
    const named = await policySites().catch(() => []);
    const open = await Promise.all(named.map((origin) => sites.isReachable(origin)));
    const own = await broker();
    const connected = (await sites.reachable()).filter((site) => own === undefined || site !== matchPattern(own));
    await sites.register([...named.filter((_, index) => open[index]).map(matchPattern), ...connected]);
  };

  /** Another broker is another organization: nothing of the one before goes on. */
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
        await sites.inject(waiting.site);
      }
      changed();
    },
    restore,
  };
}

/** A broker's issuer is an origin, and so is a site. */
function requireOrigin(text: string): void {
  if (exactOrigin(text) !== undefined) return;
  throw new LatchkeyError({
    code: 'invalid_request',
    message: 'the address must be an origin, such as https://latchkey.example.com',
  });
}
