import type { SitePolicy } from '@latchkey/shared/session-api.ts';
import type { Clock } from '@latchkey/shared/time.ts';
import type { RequestRule, RequestRules, RuleTarget } from '../../platform/request-rules.ts';
import type { OpenPage } from '../../platform/windows.ts';
import { isDenied, type ManagedPolicy } from '../../protocol/managed-policy.ts';
import type { Problem } from '../../protocol/problem.ts';
import type { Port } from '../page/page-port.ts';
import type { PageSender } from '../page/sender.ts';
import { post } from '../post.ts';
import type { Profile } from '../profiles/profile.ts';
import { createSerialQueue } from '../serial-queue.ts';
import { siteOf } from '../session/site-policy.ts';
import type { TokenAsk } from '../tokens/token-cache.ts';
import type { Documents } from './documents.ts';
import { urlFilter } from './url-filter.ts';

export interface AttachedTokensDeps {
  /** Exact origins of the sites with `attach_tokens`, from the build. */
  sites: readonly string[];
  managed(): Promise<Pick<ManagedPolicy, 'denied_sites' | 'private_windows'>>;
  profileAt(origin: string): Promise<Pick<Profile, 'session' | 'tokens' | 'cache'>>;
  pages(): Promise<OpenPage[]>;
  /** @throws {LatchkeyError} for a page that isn't served */
  senderOf(port: Port): PageSender;
  /** A page is in its tab now. */
  here(sender: PageSender): void;
  documents: Documents;
  /** @returns how long to wait if this was done too often */
  limit(what: string): number | undefined;
  /** Why tokens are missing, by site and API. */
  missing(problems: Record<string, Problem>): Promise<void>;
  problemOf(error: unknown): Problem;
  rules: RequestRules;
  now: Clock;
  /** Reports an error of work that nothing awaits. */
  report(error: unknown): void;
}

export interface AttachedTokens {
  /** Makes the browser's rules match the sessions and the pages that there are. */
  update(): Promise<void>;
  /**
   * Serves the port of a page that has just begun to load, or came back. It hears since when its requests have a token.
   *
   * @param document which of its tab's documents it is
   */
  serve(port: Port, document: string): Promise<void>;
}

/** What the page hears, by rule: requests to these URLs have had a token for this long. */
export type Served = {
  /** As in the rule. */
  regexFilter: string;
  /** Milliseconds. An age, because the page's clock may differ from ours. */
  ageMs: number;
}[];

/** A page that is older isn't loaded again. */
const maxAgeMs = 5_000;

/** More than the time between two alarms, at each of which tokens are replaced. */
const minTtlS = 60;

/** One token for one API, in the tabs of one site. */
interface Wanted {
  ask: TokenAsk;
  urls: readonly string[];
  tabIds: number[];
  profile: Pick<Profile, 'tokens' | 'cache'>;
}

/**
 * Adds access tokens to the requests of pages that can't be changed. The pages never see the tokens.
 *
 * A rule names the tabs whose top frame shows the exact origin and is in no private window or container. It holds only for
 * origins that the extension has access to: browsers ask for that of the page that sends a request, too.
 */
export function createAttachedTokens(deps: AttachedTokensDeps): AttachedTokens {
  const { sites, managed, profileAt, pages, documents, limit, missing, problemOf, rules, now, report } = deps;
  const inTurn = createSerialQueue();
  let queued: Promise<void> | undefined;
  /** Since when a rule names a tab, by tab and URLs (`namesIn`). A background that was stopped knows of none, and no page of then is loading now. */
  const since = new Map<string, number>();
  const problems: Record<string, Problem> = {};

  async function openTabs(): Promise<Map<string, number[]>> {
    const policy = await managed();
    const tabs = new Map<string, number[]>();
    for (const { origin, tabId, isApart } of await pages()) {
      const isServed = !isDenied(policy, origin) && (!isApart || policy.private_windows === 'allow');
      if (isServed && sites.includes(origin)) tabs.set(origin, [...(tabs.get(origin) ?? []), tabId]);
    }
    return tabs;
  }

  /** @param isFresh whether the broker is asked if the session isn't known, as at the start of the browser */
  async function wanted(isFresh: boolean): Promise<Wanted[]> {
    const found = [...(await openTabs())].map(async ([origin, open]) => {
      const profile = await profileAt(origin);
      const { session } = profile;
      const known = await (isFresh ? session.current().catch(() => undefined) : session.known());
      if (!known || known.session.state === 'reauth_required') return [];
      const tabIds = await documents.tabsOf(known.account.sub, open);
      if (tabIds.length === 0) return [];
      return resourcesOf(siteOf(known, origin)).map(({ resource, scopes, urls }) => {
        const ask = { origin, resource, scopes: Object.keys(scopes) };
        return { ask, urls, tabIds, profile };
      });
    });
    return (await Promise.all(found)).flat();
  }

  /** Replaces the rules with those for the tokens that are cached. It waits for no broker. */
  async function replace(): Promise<void> {
    try {
      const made = (await wanted(false)).map(async ({ ask, urls, tabIds, profile: { cache } }) => {
        const token = await cache.get(ask, 0);
        if (token?.token_type !== 'Bearer') return [];
        return urls.map((url) => attach(token.access_token, url, ask.origin, tabIds));
      });
      const next = (await Promise.all(made)).flat();
      const before = namesIn(await rules.replace(next));
      const named = namesIn(next.map(({ condition }) => condition));
      for (const name of since.keys()) if (!named.has(name)) since.delete(name);
      for (const name of named) if (!before.has(name)) since.set(name, now());
    } catch (error) {
      // A rule that should be gone must not stay because of a fault.
      await rules.replace([]);
      throw error;
    }
  }

  /** One that hasn't begun yet is as good as another one. */
  const apply = (): Promise<void> => {
    queued ??= inTurn(async () => {
      queued = undefined;
      await replace();
    });
    return queued;
  };

  /** Gets the tokens that are missing or about to expire into the cache. */
  async function renew(): Promise<void> {
    const got = (await wanted(true)).map(async ({ ask, profile: { tokens, cache } }) => {
      const name = `${ask.origin} ${ask.resource}`;
      if (!(await cache.get(ask, minTtlS * 1_000)) && limit(name) !== undefined) return;
      // An outage changes nothing. A refusal ends with the token that is cached.
      await tokens.get(ask, minTtlS).then(
        () => delete problems[name],
        (error) => {
          problems[name] = problemOf(error);
        },
      );
    });
    await Promise.all(got);
    await missing(problems);
  }

  async function update(): Promise<void> {
    await apply();
    await renew();
    await apply();
  }

  return {
    update,
    async serve(port, document) {
      const sender = deps.senderOf(port);
      const { tabId } = sender;
      deps.here(sender);
      port.onDisconnect.addListener(() => void apply().catch(report));
      await documents.arrived(tabId, document);
      await update();
      const begin = `${tabId} `;
      const served = [...since].flatMap(([name, at]): Served => {
        const ageMs = now() - at;
        return name.startsWith(begin) && ageMs < maxAgeMs ? [{ regexFilter: name.slice(begin.length), ageMs }] : [];
      });
      // Each page that hears this may load itself again, so one that always leaves the site and returns must not go on.
      if (served.length > 0 && limit(`tab ${tabId}`) === undefined) post(port, served);
    },
  };
}

/** The pairs of tab and URLs in rules, each as one text. */
const namesIn = (targets: readonly RuleTarget[]): Set<string> =>
  new Set(targets.flatMap(({ regexFilter, tabIds = [] }) => tabIds.map((tabId) => `${tabId} ${regexFilter}`)));

/** What the organization has allowed. The user can't be asked, since the page asks for nothing. */
const resourcesOf = (site: SitePolicy | undefined): SitePolicy['resources'] =>
  site?.attach_tokens && site.consent === 'granted' ? site.resources : [];

const attach = (token: string, url: string, origin: string, tabIds: number[]): RequestRule => ({
  condition: {
    regexFilter: urlFilter(url),
    isUrlFilterCaseSensitive: true,
    initiatorDomains: [new URL(origin).hostname],
    // `fetch` and `XMLHttpRequest`. A browser lets every page open a WebSocket to every host, so it never gets a token.
    resourceTypes: ['xmlhttprequest'],
    tabIds,
  },
  action: {
    type: 'modifyHeaders',
    requestHeaders: [{ header: 'authorization', operation: 'set', value: `Bearer ${token}` }],
  },
});
