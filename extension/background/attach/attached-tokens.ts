import { prerenderedMark } from '@latchkey/shared/page-names.ts';
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
  /** Why tokens are missing, or rules for them. */
  missing(problems: Problems): Promise<void>;
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

/**
 * What the page hears, by rule: requests to these URLs have had a token since then. The age, in milliseconds when this was sent,
 * is right if the clock was set meanwhile, and the time if the page was too busy to hear at once.
 */
export type Served = [regexFilter: string, ageMs: number, at: number][];

/** A page that is older isn't loaded again. */
const maxAgeMs = 5_000;

/** More than the time between two alarms, at each of which tokens are replaced. */
const minTtlS = 60;

/** By site and API. */
type Problems = Record<string, Problem>;

/** One token for one API, in the tabs of one site. */
interface Wanted extends Pick<Profile, 'tokens' | 'cache'> {
  /** Site and API. */
  name: string;
  ask: TokenAsk;
  urls: readonly string[];
  tabIds: number[];
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
  let queued: Promise<Problems> | undefined;
  /** Since when a rule names a tab, by tab and URLs (`namesIn`). A background that was stopped knows of none, and no page of then is loading now. */
  let since = new Map<string, number | undefined>();
  /** Why tokens are missing. */
  let problems: Problems = {};

  /** @param isFresh whether the broker is asked if the session isn't known, as at the start of the browser */
  async function wanted(isFresh: boolean): Promise<Wanted[]> {
    const policy = await managed();
    const open = (await pages()).filter(({ isApart }) => !isApart || policy.private_windows === 'allow');
    const found = sites.map(async (origin) => {
      const there = open.filter((page) => page.origin === origin).map(({ tabId }) => tabId);
      if (there.length === 0 || isDenied(policy, origin)) return [];
      const { session, tokens, cache } = await profileAt(origin);
      const known = await (isFresh ? session.current().catch(() => undefined) : session.known());
      if (!known) return [];
      // An account that has to sign in again still has the pages that were loaded for it.
      const tabIds = await documents.tabsOf(known.account.sub, there);
      if (tabIds.length === 0 || known.session.state === 'reauth_required') return [];
      return resourcesOf(siteOf(known, origin)).map(({ resource, scopes, urls }) => {
        const ask = { origin, resource, scopes: Object.keys(scopes) };
        return { name: `${origin} ${resource}`, ask, urls, tabIds, tokens, cache };
      });
    });
    return (await Promise.all(found)).flat();
  }

  /** Replaces the rules with those for the tokens that are cached. It waits for no broker. */
  async function replace(): Promise<Problems> {
    try {
      const wishes = (await wanted(false)).map(async ({ name, ask, urls, tabIds, cache }) => {
        const token = await cache.get(ask, 0);
        if (token?.token_type !== 'Bearer') return [];
        return urls.map((url) => ({ name, rule: attach(token.access_token, url, ask.origin, tabIds) }));
      });
      const next = (await Promise.all(wishes)).flat();
      const { before, made } = await rules.replace(next.map(({ rule }) => rule));
      const unmade: Problems = {};
      for (const { name, rule } of next) if (!made.includes(rule)) unmade[name] = noRule;
      const old = namesIn(before);
      since = new Map(namesIn(made).map((name) => [name, old.includes(name) ? since.get(name) : now()]));
      return unmade;
    } catch (error) {
      // A rule that should be gone must not stay because of a fault.
      await rules.replace([]);
      throw error;
    }
  }

  /** One that hasn't begun yet is as good as another one. */
  const apply = (): Promise<Problems> => {
    queued ??= inTurn(async () => {
      queued = undefined;
      return replace();
    });
    return queued;
  };

  /** Gets the tokens that are missing or about to expire into the cache. */
  async function renew(): Promise<void> {
    const found: Problems = {};
    const got = (await wanted(true)).map(async ({ name, ask, tokens, cache }) => {
      const isLate = !(await cache.get(ask, minTtlS * 1_000)) && limit(name) !== undefined;
      // An outage changes nothing. A refusal ends with the token that is cached.
      const problem = isLate ? problems[name] : await tokens.get(ask, minTtlS).then(() => undefined, problemOf);
      if (problem) found[name] = problem;
    });
    await Promise.all(got);
    problems = found;
  }

  async function update(): Promise<void> {
    await apply();
    await renew();
    await missing({ ...(await apply()), ...problems });
  }

  return {
    update,
    async serve(port, document) {
      const sender = deps.senderOf(port);
      const { tabId } = sender;
      deps.here(sender);
      port.onDisconnect.addListener(() => void apply().catch(report));
      // Of a private window, nothing goes to the disk.
      if (sender.partition && (await managed()).private_windows !== 'allow') return;
      await documents.arrived(tabId, document, document.endsWith(prerenderedMark));
      await update();
      const begin = `${tabId} `;
      const served = [...since].flatMap(([name, at = 0]): Served => {
        const ageMs = now() - at;
        // Less than nothing if the clock was set back.
        const isNew = ageMs >= 0 && ageMs < maxAgeMs && name.startsWith(begin);
        return isNew ? [[name.slice(begin.length), ageMs, at]] : [];
      });
      // Each page that hears this may load itself again, so one that always leaves the site and returns must not go on.
      if (served.length > 0 && limit(`tab ${tabId}`) === undefined) post(port, served);
    },
  };
}

const noRule: Problem = { code: 'unsupported', message: 'no rule' };

/** The pairs of tab and URLs in rules, each as one text. */
const namesIn = (targets: readonly RuleTarget[]): string[] =>
  targets.flatMap(({ condition: { regexFilter, tabIds = [] } }) => tabIds.map((tabId) => `${tabId} ${regexFilter}`));

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
