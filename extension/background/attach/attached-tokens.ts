import type { SessionAnswer, SitePolicy, TokenAnswer } from '@latchkey/shared/session-api.ts';
import type { RequestRule, RequestRules } from '../../platform/request-rules.ts';
import type { StoredValue } from '../../platform/stored-value.ts';
import type { OpenPage } from '../../platform/windows.ts';
import { isDenied, type ManagedPolicy } from '../../protocol/managed-policy.ts';
import type { Port } from '../page/page-port.ts';
import type { PageSender } from '../page/sender.ts';
import { post } from '../post.ts';
import type { Profile } from '../profiles/profile.ts';
import { createSerialQueue } from '../serial-queue.ts';
import { siteOf } from '../session/site-policy.ts';
import type { TokenAsk } from '../tokens/token-cache.ts';
import { otherOriginsFilter, urlFilter } from './filters.ts';

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
  /** IDs of the tabs whose page told us of itself. The browser forgets them when the extension is updated. */
  arrived: StoredValue<number[]>;
  rules: RequestRules;
}

export interface AttachedTokens {
  /** Makes the browser's rules match the sessions and the pages that there are. */
  update(): Promise<void>;
  /** Serves the port of a page that has just begun to load. It is told if its first requests may have had no token. */
  serve(port: Port): Promise<void>;
}

/** More than the time between two alarms, at each of which tokens are replaced. */
const minTtlS = 60;

/**
 * Adds access tokens to the requests of pages that can't be changed. The pages never see the tokens.
 *
 * A rule names the tabs whose top frame shows the exact origin and is in no private window or container. Other rules, which stay
 * on disk, take the frames of neighbors out: subdomains, other schemes and other ports of the host. Chromium applies them to frames
 * that were loaded while they were there. So a page from before an update of the extension has no token until it is loaded again.
 */
export function createAttachedTokens(deps: AttachedTokensDeps): AttachedTokens {
  const { sites, managed, profileAt, pages, arrived, rules } = deps;
  const inTurn = createSerialQueue();
  let turn = 0;
  let latest: Promise<void> = Promise.resolve();

  async function openTabs(): Promise<Map<string, number[]>> {
    const policy = await managed();
    const known = (await arrived.get()) ?? [];
    const tabs = new Map<string, number[]>();
    for (const { origin, tabId, isApart } of await pages()) {
      const isServed = !isDenied(policy, origin) && (!isApart || policy.private_windows === 'allow');
      if (isServed && sites.includes(origin) && known.includes(tabId))
        tabs.set(origin, [...(tabs.get(origin) ?? []), tabId]);
    }
    return tabs;
  }

  /** A site without a session, and a resource without a token, has no rule. */
  async function rulesFor(tabs: Map<string, number[]>, { session, token }: Source): Promise<RequestRule[]> {
    const made = [...tabs].map(async ([origin, tabIds]) => {
      const profile = await profileAt(origin);
      return Promise.all(
        resourcesOf(await session(profile), origin).map(async ({ resource, scopes, urls }) => {
          const given = await token(profile, { origin, resource, scopes: Object.keys(scopes) });
          return given?.token_type === 'Bearer'
            ? urls.map((url) => attach(given.access_token, url, origin, tabIds))
            : [];
        }),
      );
    });
    return (await Promise.all(made)).flat(2);
  }

  async function run(mine: number): Promise<void> {
    const isOld = (): boolean => mine !== turn;
    // Rules without their exceptions would serve neighbors.
    await rules.keep(sites.map(exceptNeighbors));
    const tabs = await openTabs();
    // Use what is here first. After a sign-out that is nothing, and a slow broker must not keep a rule alive.
    const first = await rulesFor(tabs, here);
    if (isOld()) return latest;
    await rules.replace(first);
    const second = await rulesFor(tabs, fresh);
    if (isOld()) return latest;
    await rules.replace(second);
  }

  async function remember(tabId: number): Promise<void> {
    const open = (await pages()).map((page) => page.tabId);
    const known = (await arrived.get()) ?? [];
    await arrived.set([...new Set([...known.filter((id) => open.includes(id)), tabId])]);
  }

  const update = (): Promise<void> => {
    turn += 1;
    latest = run(turn);
    return latest;
  };
  const isServed = async (tabId: number): Promise<boolean> =>
    (await rules.read()).some(({ condition }) => condition.tabIds?.includes(tabId));

  return {
    update,
    async serve(port) {
      const sender = deps.senderOf(port);
      const { tabId } = sender;
      deps.here(sender);
      const wasServed = await isServed(tabId);
      await inTurn(() => remember(tabId));
      await update();
      if (!wasServed && (await isServed(tabId))) post(port, {});
    },
  };
}

/** Where the session and the tokens of a site come from. */
interface Source {
  session(profile: Pick<Profile, 'session'>): Promise<SessionAnswer | undefined>;
  token(profile: Pick<Profile, 'tokens' | 'cache'>, ask: TokenAsk): Promise<TokenAnswer | undefined>;
}

const here: Source = {
  session: ({ session }) => session.known(),
  token: ({ cache }, ask) => cache.get(ask, 0),
};

/** The broker. An outage changes nothing, and the popup shows what else is wrong. */
const fresh: Source = {
  session: ({ session }) => session.current().catch(() => session.known()),
  token: ({ tokens, cache }, ask) => tokens.get(ask, minTtlS).catch(() => cache.get(ask, 0)),
};

/** What the organization has allowed. The user can't be asked, since the page asks for nothing. */
function resourcesOf(session: SessionAnswer | undefined, origin: string): SitePolicy['resources'] {
  if (!session || session.session.state === 'reauth_required') return [];
  const site = siteOf(session, origin);
  return site?.attach_tokens && site.consent === 'granted' ? site.resources : [];
}

const attach = (token: string, url: string, origin: string, tabIds: number[]): RequestRule => ({
  priority: 1,
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

/** Browsers ignore rules that change headers for all requests of a frame that such a rule allows. */
const exceptNeighbors = (origin: string): RequestRule => ({
  priority: 2,
  condition: {
    regexFilter: otherOriginsFilter(origin),
    isUrlFilterCaseSensitive: true,
    resourceTypes: ['main_frame', 'sub_frame'],
  },
  action: { type: 'allowAllRequests' },
});
