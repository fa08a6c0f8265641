import { LatchkeyError } from '@latchkey/shared/errors.ts';
import type { SessionAnswer, TokenAnswer } from '@latchkey/shared/session-api.ts';
import { beforeEach, describe, expect, it } from 'vitest';
import { answer } from '../../../test/extension/fake-broker.ts';
import type { RequestRule } from '../../platform/request-rules.ts';
import type { OpenPage } from '../../platform/windows.ts';
import type { Port } from '../page/page-port.ts';
import { createAttachedTokens } from './attached-tokens.ts';

const origin = 'https://legacy.test';
const resource = 'https://api.test';
const token = (text: string): TokenAnswer => ({
  access_token: text,
  token_type: 'Bearer',
  expires_in: 300,
  scope: 'reports:read',
  resource,
});

function sessionWith(site: Partial<SessionAnswer['policy']['sites'][number]> = {}): SessionAnswer {
  const given = answer([]);
  const resources = [
    { resource, name: 'Reports', scopes: { 'reports:read': '' }, dpop: 'optional', urls: [`${resource}/v1`] },
  ];
  const listed = { origin, name: 'Legacy', consent: 'granted', attach_tokens: true, resources, ...site };
  return { ...given, policy: { sites: [listed as SessionAnswer['policy']['sites'][number]] } };
}

let session: SessionAnswer | undefined;
let cached: TokenAnswer | undefined;
let ask: () => Promise<TokenAnswer>;
let pages: OpenPage[];
let policy: { denied_sites: string[]; private_windows: 'allow' | 'refuse' };
let rules: readonly RequestRule[];
let kept: readonly RequestRule[];
let replaced: string[];
let here: number[];
let arrived: number[] | undefined;

beforeEach(() => {
  session = sessionWith();
  cached = undefined;
  ask = async () => token('t1');
  pages = [{ tabId: 7, origin, isApart: false }];
  policy = { denied_sites: [], private_windows: 'refuse' };
  rules = [];
  kept = [];
  replaced = [];
  here = [];
  arrived = [7, 8];
});

const valuesOf = (list: readonly RequestRule[]): string[] =>
  list.flatMap(({ action }) =>
    action.type === 'modifyHeaders' ? action.requestHeaders.map(({ value }) => value) : [],
  );

const attached = () =>
  createAttachedTokens({
    sites: [origin],
    managed: async () => policy,
    profileAt: async () =>
      ({
        session: { known: async () => session, current: async () => session },
        tokens: { get: () => ask() },
        cache: { get: async () => cached },
      }) as never,
    pages: async () => pages,
    senderOf: () => ({ origin, tabId: 7, document: 'd' }),
    here: ({ tabId }) => here.push(tabId),
    arrived: {
      get: async () => arrived,
      async set(next) {
        arrived = next;
      },
      async clear() {
        arrived = undefined;
      },
    },
    rules: {
      read: async () => rules,
      async replace(next) {
        rules = next;
        replaced.push(valuesOf(next).join());
      },
      async keep(next) {
        kept = next;
      },
    },
  });

describe('the rules for pages that can’t be changed', () => {
  it('name the tab, the host, the API’s URL and nothing else, beside those that take the neighbors out', async () => {
    await attached().update();
    expect(rules).toEqual([
      {
        priority: 1,
        condition: {
          regexFilter: expect.stringContaining('api.test'.replace('.', '\\.')),
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
    expect(kept).toMatchObject([{ priority: 2, action: { type: 'allowAllRequests' } }]);
  });

  it.each([
    [
      'nobody is signed in',
      () => {
        session = undefined;
      },
    ],
    [
      'the account has to sign in again',
      () => {
        session = { ...sessionWith(), session: { ...sessionWith().session, state: 'reauth_required' } };
      },
    ],
    [
      'the person may not use the site',
      () => {
        session = { ...sessionWith(), policy: { sites: [] } };
      },
    ],
    [
      'the broker knows nothing of attach_tokens there',
      () => {
        session = sessionWith({ attach_tokens: undefined });
      },
    ],
    [
      'people have to be asked',
      () => {
        session = sessionWith({ consent: 'ask' });
      },
    ],
    [
      'no page is open',
      () => {
        pages = [];
      },
    ],
    [
      'only other pages are open',
      () => {
        pages = [{ tabId: 7, origin: `${origin}:8443`, isApart: false }];
      },
    ],
    [
      'its page is in a private window',
      () => {
        pages = [{ tabId: 7, origin, isApart: true }];
      },
    ],
    [
      'the policy of this computer denies it',
      () => {
        policy.denied_sites = [origin];
      },
    ],
    [
      'its tokens are bound',
      () => {
        ask = async () => ({ ...token('t1'), token_type: 'DPoP' });
      },
    ],
    [
      'the broker refuses',
      () => {
        ask = () => Promise.reject(new LatchkeyError({ code: 'policy_denied', message: '' }));
      },
    ],
  ])('are none if %s', async (_, change) => {
    await attached().update();
    expect(rules).toHaveLength(1);
    change();
    await attached().update();
    expect(rules).toEqual([]);
  });

  it('name no page from before an update of the extension, whose frames the exceptions don’t know', async () => {
    arrived = undefined;
    await attached().update();
    expect(rules).toEqual([]);
  });

  it('include private windows if the organization’s policy allows them', async () => {
    pages = [
      { tabId: 7, origin, isApart: true },
      { tabId: 8, origin, isApart: false },
    ];
    policy.private_windows = 'allow';
    await attached().update();
    expect(rules.map(({ condition }) => condition.tabIds)).toEqual([[7, 8]]);
  });

  it('keep their token while the broker is away', async () => {
    cached = token('old');
    ask = () => Promise.reject(new Error('offline'));
    await attached().update();
    expect(valuesOf(rules)).toEqual(['Bearer old']);
  });

  it('are gone after a sign-out, even while the broker hangs', async () => {
    const { promise, resolve } = Promise.withResolvers<TokenAnswer>();
    const { update } = attached();
    await update();
    const asked = Promise.withResolvers<void>();
    ask = () => {
      asked.resolve();
      return promise;
    };
    const slow = update();
    await asked.promise;
    session = undefined;
    const after = update();
    await after;
    expect(rules).toEqual([]);
    // The answer to a question of the session before.
    resolve(token('late'));
    await slow;
    expect(rules).toEqual([]);
  });

  it('change at once, without a moment in between, when a token is replaced', async () => {
    cached = token('t1');
    const { update } = attached();
    await update();
    ask = async () => token('t2');
    await update();
    expect(replaced).toEqual(['Bearer t1', 'Bearer t1', 'Bearer t1', 'Bearer t2']);
  });
});

describe('a page that arrives', () => {
  beforeEach(() => {
    arrived = [9];
  });

  const arrive = async (serve: (port: Port) => Promise<void>): Promise<unknown[]> => {
    const heard: unknown[] = [];
    await serve({ postMessage: (message: unknown) => heard.push(message) } as unknown as Port);
    return heard;
  };

  it('hears that it came before its token, once', async () => {
    const { serve } = attached();
    expect(await arrive(serve)).toEqual([{}]);
    expect(await arrive(serve)).toEqual([]);
    expect(here).toEqual([7, 7]);
    expect(arrived).toEqual([7]);
  });

  it('hears nothing if there is no token', async () => {
    session = undefined;
    expect(await arrive(attached().serve)).toEqual([]);
  });
});
