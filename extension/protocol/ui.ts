import type { PageErrorBody } from '@latchkey/shared/errors.ts';
import * as v from 'valibot';

/**
 * The messages between the extension's own pages (popup, consent window) and its background. Web pages
 * can't speak this: their ports have another name, and the sender's origin decides.
 *
 * What gives something for an account names the account that the person sees by its `sub`: whose profile it is may
 * have changed a moment ago.
 */
export const uiPortName = 'latchkey:ui';

const id = v.pipe(v.number(), v.integer());
const empty = v.strictObject({});
const text = v.pipe(v.string(), v.maxLength(512));

/** `never`: the site may not ask again, until the person lets it. */
const consentChoice = v.picklist(['allow', 'not_now', 'never']);
export type ConsentChoice = v.InferOutput<typeof consentChoice>;

export const uiRequestSchema = v.variant('m', [
  v.strictObject({ id, m: v.literal('state.get'), p: empty }),
  v.strictObject({ id, m: v.literal('private_windows.get'), p: empty }),
  v.strictObject({
    id,
    m: v.literal('session.sign_in'),
    p: v.strictObject({ account: v.optional(text), provider: v.optional(text) }),
  }),
  v.strictObject({ id, m: v.literal('session.sign_out'), p: v.strictObject({ account: v.optional(text) }) }),
  v.strictObject({ id, m: v.literal('account.add'), p: v.strictObject({ provider: v.optional(text) }) }),
  v.strictObject({
    id,
    m: v.literal('account.choose'),
    p: v.strictObject({ account: text, sub: text, origin: v.optional(text) }),
  }),
  v.strictObject({ id, m: v.literal('account.sign_out_all'), p: empty }),
  v.strictObject({ id, m: v.literal('provider.sign_out'), p: empty }),
  v.strictObject({ id, m: v.literal('site.disconnect'), p: v.strictObject({ origin: text }) }),
  v.strictObject({ id, m: v.literal('site.let_ask'), p: v.strictObject({ origin: text, sub: text }) }),
  v.strictObject({
    id,
    m: v.literal('setup.expect'),
    p: v.union([v.strictObject({ broker: text }), v.strictObject({ site: text })]),
  }),
  v.strictObject({ id, m: v.literal('setup.resume'), p: empty }),
  v.strictObject({ id, m: v.literal('settings.get'), p: empty }),
  v.strictObject({ id, m: v.literal('diagnostics.get'), p: empty }),
  v.strictObject({ id, m: v.literal('diagnostics.probe'), p: empty }),
  v.strictObject({ id, m: v.literal('consent.get'), p: v.strictObject({ prompt: text }) }),
  v.strictObject({ id, m: v.literal('consent.account'), p: v.strictObject({ prompt: text, account: text }) }),
  v.strictObject({
    id,
    m: v.literal('consent.answer'),
    p: v.strictObject({ prompt: text, choice: consentChoice, sub: text }),
  }),
]);

export type UiRequest = v.InferOutput<typeof uiRequestSchema>;
export type UiMethod = UiRequest['m'];
export type UiParams<M extends UiMethod> = Extract<UiRequest, { m: M }>['p'];

/** One account of the person's. */
export interface AccountView {
  id: string;
  name?: string | undefined;
  email?: string | undefined;
  sub: string;
  /** Name of the provider. */
  upstream: string;
  /** `reauth`: the provider wants the person again; until then sites get nothing new. `signed_out`: its session is over, and its sites wait. */
  state: 'active' | 'reauth' | 'signed_out';
}

/** One site in the popup. */
export interface SiteView {
  origin: string;
  name: string;
  /**
   * `organization`: allowed by the administrator, so it can't be disconnected here; `never`: it may not ask;
   * `other_account`: not for the one that it has.
   */
  access: 'none' | 'person' | 'organization' | 'never' | 'other_account';
  /** What it may do now, in the configuration's words, per API. */
  resources: { name: string; may: string[] }[];
  /** Milliseconds since the epoch; absent where the broker knows of no use. */
  lastUsedAt?: number | undefined;
  /** Whether the extension may be in the site's pages: in the store build the person says so, once a site. */
  reachable: boolean;
  /** The account that it has. */
  account: string;
  /** Those that it may have. */
  accounts: string[];
}

/** Everything the popup shows. */
export type PopupState =
  | { view: 'not_configured' }
  /** The browser hasn't let the extension reach the broker yet. */
  | { view: 'unreachable'; broker: string }
  | {
      view: 'signed_out';
      broker: string;
      problem?: PageErrorBody | undefined;
      providerHost?: string | undefined;
      /** Where there is a choice. */
      providers: string[];
    }
  | { view: 'signing_in'; broker: string }
  | {
      view: 'signed_in';
      broker: string;
      /** That of all sites that have none of their own. */
      account: AccountView;
      /** The others. */
      others: AccountView[];
      /** Whether there may be one more. */
      mayAdd: boolean;
      /** Where there is a choice for it. */
      providers: string[];
      sites: SiteView[];
      problem?: PageErrorBody | undefined;
    };

/** Everything the consent window shows. */
export interface ConsentView {
  origin: string;
  site: string;
  account: string;
  /** `sub` of the account. */
  sub: string;
  /** Those that the person can choose from; one is the site's. */
  accounts: { id: string; label: string; chosen: boolean }[];
  resource: string;
  /** What is new. */
  scopes: { scope: string; description: string }[];
  /** What the site may do already, as in the popup. */
  has: SiteView['resources'];
}

/** Where the address of the broker comes from: this build, the organization's policy, or the person. */
export type BrokerSource = 'baked' | 'policy' | 'person';

/** Everything the settings and the first page show. */
export interface SettingsView {
  build: 'baked' | 'store';
  broker?: { url: string; source: BrokerSource; reachable: boolean } | undefined;
  /** The organization's policy on this computer, with what holds where it says nothing. */
  policy: {
    provider?: string | undefined;
    denied_sites: string[];
    private_windows: 'refuse' | 'allow';
    accounts: 'one' | 'many';
    sign_in_at_start: boolean;
  };
  signedIn: boolean;
  /** Match patterns of what the browser lets the extension reach. */
  access: string[];
}

/** What the background knows of itself, without asking anybody. */
export interface DiagnosticFacts {
  broker?: { url: string; source: BrokerSource } | undefined;
  /** Id of the main account's profile, which its key is kept under. */
  profile: string;
  session?: { state: 'active' | 'recheck' | 'reauth_required'; account: string } | undefined;
  /** The session's event stream; `idle` where no approved site is open. */
  stream: 'idle' | 'waiting' | 'open';
  /** Origins of the broker's policy. */
  sites: string[];
  /** What went wrong last. */
  problem?: PageErrorBody | undefined;
}

/** Where a sign-in would go, or why none can begin. */
export type DiagnosticProbe = { host: string } | { error: PageErrorBody };

export interface UiResults {
  'settings.get': SettingsView;
  'diagnostics.get': DiagnosticFacts;
  'diagnostics.probe': DiagnosticProbe;
  'state.get': PopupState;
  /** Whether pages in private windows are served. */
  'private_windows.get': { served: boolean };
  'session.sign_in': Record<string, never>;
  'session.sign_out': Record<string, never>;
  'account.add': Record<string, never>;
  'account.choose': Record<string, never>;
  'account.sign_out_all': Record<string, never>;
  'provider.sign_out': Record<string, never>;
  'site.disconnect': Record<string, never>;
  'site.let_ask': Record<string, never>;
  'setup.expect': Record<string, never>;
  'setup.resume': Record<string, never>;
  'consent.get': ConsentView;
  'consent.account': ConsentView;
  'consent.answer': Record<string, never>;
}

export type UiResponse = { id: number; ok: true; r: unknown } | { id: number; ok: false; e: PageErrorBody };

/** Sent to every open window of ours: ask for the state again. */
export interface UiChanged {
  changed: true;
}
