import { LatchkeyError } from '@latchkey/shared/errors.ts';
import type { SessionAnswer, SitePolicy, TokenAnswer } from '@latchkey/shared/session-api.ts';
import { beforeEach, describe, expect, it } from 'vitest';
import { answer } from '../../../test/extension/fake-broker.ts';
import { memoryArea } from '../../../test/extension/memory.ts';
import type { RequestRule } from '../../platform/request-rules.ts';
import { storedValue } from '../../platform/stored-value.ts';
import type { OpenPage } from '../../platform/windows.ts';
import { problemBody } from '../error-body.ts';
import type { Port } from '../page/page-port.ts';
import type { PageSender } from '../page/sender.ts';
import { createTokenCache, type TokenAsk, type TokenCache } from '../tokens/token-cache.ts';
import { createAttachedTokens } from './attached-tokens.ts';
import { createDocuments, tabDocuments } from './documents.ts';
import { urlFilter } from './url-filter.ts';

const origin = 'https://legacy.test';
const resource = 'https://api.test';
const urls = [`${resource}/v1`];
const lifetimeS = 300;
const token = (text: string, type: TokenAnswer['token_type'] = 'Bearer'): TokenAnswer => ({
  access_token: text,
  token_type: type,
  expires_in: lifetimeS,
  scope: 'reports:read',
  resource,
});

function sessionWith(site: Partial<SitePolicy> = {}): SessionAnswer {
  const resources = [{ resource, name: 'Reports', scopes: { 'reports:read': '' }, dpop: 'optional' as const, urls }];
  const listed: SitePolicy = {
    origin,
    name: 'Legacy',
    icon: undefined,
    consent: 'granted',
    attach_tokens: true,
    resources,
  };
  return { ...answer([]), policy: { sites: [{ ...listed, ...site }] } };
}

let clock: number;
let cache: TokenCache;
let session: SessionAnswer | undefined;
/** The broker's answer to the next requests. */
let broker: (ask: TokenAsk) => Promise<TokenAnswer>;
let asked: number;
/** What there is too much of. */
let flooded: RegExp | undefined;
/** What outlasts an update of the extension. */
let disk: ReturnType<typeof memoryArea>;
let memory: ReturnType<typeof memoryArea>;
let pages: () => OpenPage[];
let policy: { denied_sites: string[]; private_windows: 'allow' | 'refuse' };
let rules: readonly RequestRule[];
let here: number[];
/** URLs of rules that the browser can't read. */
let unreadable: RegExp | undefined;
let sender: PageSender;

beforeEach(() => {
  clock = 1_700_000_000_000;
  cache = createTokenCache({ area: memoryArea(), now: () => clock });
  session = sessionWith();
  asked = 0;
  broker = async () => token(`t${asked}`);
  flooded = undefined;
  disk = memoryArea();
  memory = memoryArea();
  // Pages that arrived while nobody was signed in.
  void disk.set(
    'attached',
    [7, 8].map((tabId) => ({ tabId, document: 'd' })),
  );
  pages = () => [{ tabId: 7, origin, isApart: false }];
  policy = { denied_sites: [], private_windows: 'refuse' };
  rules = [];
  here = [];
  unreadable = undefined;
  sender = { origin, tabId: 7, document: 'd' };
});

/** Another API of the site. */
const other = 'https://other.test/';
const addOther = (): void => {
  const entry = { resource: other, name: 'Other', scopes: { read: '' }, dpop: 'optional' as const, urls: [other] };
  session?.policy.sites[0]?.resources.push(entry);
};
/** Somebody else is the site's account now. */
const switchAccount = async (): Promise<void> => {
  await cache.clear();
  const next = sessionWith();
  session = { ...next, account: { ...next.account, sub: 'grace' } };
};

const signOut = async () => {
  session = undefined;
  await cache.clear();
};
const problems = async () => (await memory.get('problems')) as object;
const valuesOf = (list: readonly RequestRule[]): string[] =>
  list.flatMap(({ action }) => action.requestHeaders.map(({ value }) => value));

const attached = () =>
  createAttachedTokens({
    sites: [origin],
    managed: async () => policy,
    profileAt: async () =>
      ({
        session: { known: async () => session, current: async () => session },
        cache,
        tokens: {
          async get(ask: TokenAsk, minTtlS: number) {
            const cached = await cache.get(ask, minTtlS * 1_000);
            if (cached) return cached;
            asked += 1;
            const given = await broker(ask);
            await cache.put(ask, given, clock);
            return given;
          },
        },
      }) as never,
    pages: async () => pages(),
    senderOf: () => sender,
    here: ({ tabId }) => here.push(tabId),
    documents: createDocuments({ kept: storedValue(disk, 'attached', tabDocuments()), tabIds: async () => [7, 8] }),
    limit: (what) => (flooded?.test(what) ? 10_000 : undefined),
    problemOf: problemBody,
    missing: (problems) => memory.set('problems', problems),
    now: () => clock,
    report(error) {
      throw error;
    },
    rules: {
      async replace(next) {
        const before = [...rules];
        const made = next.filter(({ condition }) => !unreadable?.test(condition.regexFilter));
        rules = made;
        return { before, made };
      },
    },
  });

describe('the rules for pages that can’t be changed', () => {
  it('name the tab, the host, the API’s URL and nothing else', async () => {
    await attached().update();
    expect(rules).toEqual([
      {
        condition: {
          regexFilter: expect.stringContaining('api\\.test\\/v1'),
          isUrlFilterCaseSensitive: true,
          initiatorDomains: ['legacy.test'],
          resourceTypes: ['xmlhttprequest'],
          tabIds: [7],
        },
        action: {
          type: 'modifyHeaders',
          requestHeaders: [{ header: 'authorization', operation: 'set', value: 'Bearer t1' }],
        },
      },
    ]);
  });

  const show = (open: OpenPage[]): void => {
    pages = () => open;
  };
  it.each<[string, () => unknown]>([
    ['somebody signed out', signOut],
    ['the account has to sign in again', () => Object.assign(session?.session ?? {}, { state: 'reauth_required' })],
    ['the person may not use the site any more', () => Object.assign(session ?? {}, { policy: { sites: [] } })],
    [
      'the broker has no attach_tokens there',
      () => Object.assign(session ?? {}, sessionWith({ attach_tokens: undefined })),
    ],
    ['people have to be asked', () => Object.assign(session ?? {}, sessionWith({ consent: 'ask' }))],
    ['no page is open', () => show([])],
    ['the tab shows another port', () => show([{ tabId: 7, origin: `${origin}:8443`, isApart: false }])],
    ['its page is in a private window', () => show([{ tabId: 7, origin, isApart: true }])],
    ['the policy of this computer denies it', () => policy.denied_sites.push(origin)],
    [
      'the token has expired, and the broker is away',
      () => {
        clock += lifetimeS * 1_000;
        broker = () => Promise.reject(new LatchkeyError({ code: 'offline', message: 'no answer' }));
      },
    ],
  ])('are none once %s', async (_, change) => {
    const { update } = attached();
    await update();
    expect(rules).toHaveLength(1);
    await change();
    await update();
    expect(rules).toEqual([]);
  });

  it.each<[string, () => Promise<TokenAnswer>]>([
    ['is refused', () => Promise.reject(new LatchkeyError({ code: 'policy_denied', message: 'no' }))],
    ['would be bound', async () => token('t', 'DPoP')],
  ])('are none if a token %s', async (_, answer) => {
    broker = answer;
    await attached().update();
    expect(rules).toEqual([]);
  });

  it('leave the reason for the diagnostics while a token is missing', async () => {
    const { update } = attached();
    broker = () => Promise.reject(new LatchkeyError({ code: 'policy_denied', message: 'no' }));
    await update();
    expect(await problems()).toEqual({ [`${origin} ${resource}`]: { code: 'policy_denied', message: 'no' } });
    flooded = /./;
    await update();
    expect(Object.keys(await problems())).toHaveLength(1);
    flooded = undefined;
    broker = async () => token('t');
    await update();
    expect(await problems()).toEqual({});
  });

  it('leave no problem of a site or an account that is gone', async () => {
    const { update } = attached();
    broker = () => Promise.reject(new LatchkeyError({ code: 'policy_denied', message: 'no' }));
    await update();
    await signOut();
    await update();
    expect(await problems()).toEqual({});
  });

  it('that the browser can’t read are a problem of their API', async () => {
    addOther();
    unreadable = /other/;
    const { update } = attached();
    await update();
    expect(await problems()).toEqual({
      [`${origin} ${other}`]: { code: 'unsupported', message: 'no rule' },
    });
    unreadable = undefined;
    await update();
    expect(await problems()).toEqual({});
  });

  it('include private windows if the organization’s policy allows them', async () => {
    pages = () => [7, 8].map((tabId) => ({ tabId, origin, isApart: tabId === 7 }));
    policy.private_windows = 'allow';
    await attached().update();
    expect(rules.map(({ condition }) => condition.tabIds)).toEqual([[7, 8]]);
  });

  it('get another token when there is less than a minute left, and not before', async () => {
    const { update } = attached();
    await update();
    clock += (lifetimeS - 61) * 1_000;
    await update();
    expect(valuesOf(rules)).toEqual(['Bearer t1']);
    clock += 2_000;
    await update();
    expect(valuesOf(rules)).toEqual(['Bearer t2']);
    expect(asked).toBe(2);
  });

  it('keep their token while the broker is away', async () => {
    const { update } = attached();
    await update();
    clock += (lifetimeS - 10) * 1_000;
    broker = () => Promise.reject(new LatchkeyError({ code: 'offline', message: 'no answer' }));
    await update();
    expect(valuesOf(rules)).toEqual(['Bearer t1']);
  });

  it('ask the broker no more than the limit says', async () => {
    flooded = /./;
    await attached().update();
    expect([asked, rules]).toEqual([0, []]);
  });

  it('ask for each API as often as if it were the only one', async () => {
    addOther();
    flooded = /^https:\/\/legacy\.test https:\/\/api\.test$/;
    await attached().update();
    expect(asked).toBe(1);
    expect(rules.map(({ condition }) => condition.regexFilter)).toEqual([urlFilter(other)]);
  });

  it('are gone after a sign-out, even while the broker hangs', async () => {
    const { update } = attached();
    await update();
    clock += (lifetimeS - 10) * 1_000;
    const hanging = Promise.withResolvers<TokenAnswer>();
    const began = Promise.withResolvers<void>();
    broker = () => {
      began.resolve();
      return hanging.promise;
    };
    const slow = update();
    await began.promise;
    await signOut();
    const after = update();
    await expect.poll(() => rules).toEqual([]);
    // What the broker says about a session that has ended is not kept: `createTokens` sees to that.
    hanging.reject(new LatchkeyError({ code: 'expired', message: 'the session has ended' }));
    await Promise.all([slow, after]);
    expect(rules).toEqual([]);
  });

  it('are gone after a sign-out, however often they are updated', async () => {
    const { update } = attached();
    await update();
    await signOut();
    let isOver = false;
    const flood = (async () => {
      while (!isOver) {
        for (let n = 0; n < 5; n += 1) void update();
        await new Promise(setImmediate);
      }
    })();
    await expect.poll(() => rules).toEqual([]);
    isOver = true;
    await flood;
  });

  it('are none while a fault keeps them from being right', async () => {
    const { update } = attached();
    await update();
    pages = () => {
      throw new Error('the browser is closing');
    };
    await expect(update()).rejects.toThrow('the browser is closing');
    expect(rules).toEqual([]);
  });
});

describe('a page that arrives', () => {
  let gone: () => void;
  const arrive = async (
    serve: (port: Port, document: string) => Promise<void>,
    document = 'd2',
  ): Promise<unknown[]> => {
    const heard: unknown[] = [];
    const port = {
      postMessage: (message: unknown) => heard.push(message),
      onDisconnect: {
        addListener(listener: () => void) {
          gone = listener;
        },
      },
    };
    await serve(port as unknown as Port, document);
    return heard;
  };
  const regexFilter = urlFilter(`${resource}/v1`);

  it('hears since when its requests have a token, whatever else updates the rules', async () => {
    const { serve, update } = attached();
    await update();
    clock += 1_000;
    expect(await arrive(serve)).toEqual([[[regexFilter, 1_000, clock - 1_000]]]);
    clock += 1_000;
    expect(await arrive(serve)).toEqual([[[regexFilter, 2_000, clock - 2_000]]]);
    expect(here).toEqual([7, 7]);
  });

  it('hears it of each API by itself', async () => {
    addOther();
    broker = async (ask) => {
      if (ask.resource === other) throw new LatchkeyError({ code: 'busy', message: 'later' });
      return token('t');
    };
    const { serve, update } = attached();
    await update();
    clock += 1_000;
    broker = async () => token('t');
    expect(await arrive(serve)).toEqual([
      [
        [regexFilter, 1_000, clock - 1_000],
        [urlFilter(other), 0, clock],
      ],
    ]);
  });

  it('hears of another time once its tab was elsewhere', async () => {
    const { serve, update } = attached();
    await update();
    const there = pages;
    pages = () => [];
    await update();
    pages = there;
    clock += 1_000;
    expect(await arrive(serve)).toEqual([[[regexFilter, 0, clock]]]);
  });

  it.each<[string, () => unknown]>([
    [
      'there is no token',
      () => {
        session = undefined;
      },
    ],
    [
      'the browser can’t read the rule',
      () => {
        unreadable = /./;
      },
    ],
    [
      'its tab has had one for long',
      async () => {
        await attached().update();
        clock += 5_000;
      },
    ],
    [
      'pages arrive in its tab all the time',
      () => {
        flooded = /^tab 7$/;
      },
    ],
  ])('hears nothing if %s', async (_, make) => {
    const { serve, update } = attached();
    await update();
    clock += 5_000;
    rules = [];
    await make();
    expect(await arrive(serve)).toEqual([]);
  });

  it('hears nothing if the clock was set back since its tab has a token', async () => {
    const { serve, update } = attached();
    await update();
    // The token is older than the rule, or else a clock that was set back would show.
    clock += 60_000;
    rules = [];
    await update();
    clock -= 10_000;
    expect(await arrive(serve)).toEqual([]);
  });

  it('loses its rule when it leaves', async () => {
    await arrive(attached().serve);
    expect(rules).toHaveLength(1);
    pages = () => [];
    gone();
    await expect.poll(() => rules).toEqual([]);
  });

  it('gets a token only of the account that it was loaded for, until it is loaded again', async () => {
    const { serve, update } = attached();
    await arrive(serve, 'first');
    expect(rules).toHaveLength(1);
    await signOut();
    await update();
    await switchAccount();
    await update();
    expect(rules).toEqual([]);
    // The browser stops the background, or updates the extension.
    await attached().update();
    expect(rules).toEqual([]);
    expect(asked).toBe(1);
    await arrive(serve, 'second');
    expect(valuesOf(rules)).toEqual(['Bearer t2']);
    // The back button shows the first document again.
    await arrive(serve, 'first');
    expect(rules).toEqual([]);
    await cache.clear();
    session = sessionWith();
    await update();
    expect(valuesOf(rules)).toEqual(['Bearer t3']);
  });

  it('while its account has to sign in again gets no token of another one', async () => {
    session = { ...sessionWith(), session: { ...sessionWith().session, state: 'reauth_required' } };
    const { serve, update } = attached();
    await arrive(serve);
    expect(rules).toEqual([]);
    await switchAccount();
    await update();
    expect(rules).toEqual([]);
    await cache.clear();
    session = sessionWith();
    await update();
    expect(valuesOf(rules)).toEqual(['Bearer t1']);
  });

  it('after the browser loaded it beforehand gets a token only of the account of the page before it', async () => {
    const { serve, update } = attached();
    await arrive(serve, 'first');
    await switchAccount();
    await update();
    await arrive(serve, 'second true');
    expect(rules).toEqual([]);
    await arrive(serve, 'third');
    expect(valuesOf(rules)).toEqual(['Bearer t2']);
  });

  it('in a private window leaves nothing on the disk, unless the organization’s policy serves it', async () => {
    const { serve } = attached();
    const before = await disk.get('attached');
    sender = { ...sender, partition: 'private window' };
    pages = () => [{ tabId: 7, origin, isApart: true }];
    expect(await arrive(serve)).toEqual([]);
    expect(await disk.get('attached')).toEqual(before);
    policy.private_windows = 'allow';
    expect(await arrive(serve)).toHaveLength(1);
  });
});
