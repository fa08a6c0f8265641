import type { Organization, Provider } from '@latchkey/shared/session-api.ts';
import * as v from 'valibot';
import type { Problem } from './problem.ts';

/**
 * The messages between the extension's own pages (popup, consent window) and its background. Web pages can't use this
 * protocol: their ports have another name, and the background checks the sender's origin.
 *
 * A message that grants something includes the `sub` of the account that the user sees, because the profile's account
 * may have just changed.
 */
export const uiPortName = 'latchkey:ui';

const id = v.pipe(v.number(), v.integer());
const empty = v.strictObject({});
const text = v.pipe(v.string(), v.maxLength(512));

/** What the browser's permission prompt is for. */
export const pendingSetup = v.union([v.strictObject({ broker: text }), v.strictObject({ site: text })]);

/** `never`: the site can't ask again until the user unblocks it. */
const consentChoice = v.picklist(['allow', 'not_now', 'never']);
export type ConsentChoice = v.InferOutput<typeof consentChoice>;

export const uiRequestSchema = v.union([
  v.strictObject({ id, m: v.literal('state.get'), p: empty }),
  v.strictObject({ id, m: v.literal('private_windows.get'), p: empty }),
  v.strictObject({
    id,
    m: v.literal('session.sign_in'),
    p: v.strictObject({ account: v.optional(text), provider: v.optional(text) }),
  }),
  v.strictObject({ id, m: v.literal('session.sign_out'), p: v.strictObject({ account: v.optional(text) }) }),
  v.strictObject({ id, m: v.literal('sign_in.show'), p: empty }),
  v.strictObject({ id, m: v.literal('sign_in.cancel'), p: empty }),
  v.strictObject({ id, m: v.literal('account.add'), p: v.strictObject({ provider: v.optional(text) }) }),
  v.strictObject({
    id,
    m: v.literal('account.choose'),
    p: v.strictObject({ account: text, sub: text, origin: v.optional(text) }),
  }),
  v.strictObject({ id, m: v.literal('account.sign_out_all'), p: empty }),
  v.strictObject({ id, m: v.literal('provider.sign_out'), p: empty }),
  v.strictObject({ id, m: v.literal('provider.get'), p: v.strictObject({ choice: text }) }),
  v.strictObject({ id, m: v.literal('provider.choose'), p: v.strictObject({ choice: text, provider: text }) }),
  v.strictObject({ id, m: v.literal('site.disconnect'), p: v.strictObject({ origin: text }) }),
  v.strictObject({ id, m: v.literal('site.restore'), p: v.strictObject({ origin: text, sub: text }) }),
  v.strictObject({ id, m: v.literal('site.open'), p: v.strictObject({ origin: text }) }),
  v.strictObject({ id, m: v.literal('site.let_ask'), p: v.strictObject({ origin: text, sub: text }) }),
  v.strictObject({
    id,
    m: v.literal('own.call'),
    p: v.strictObject({
      path: v.picklist(['activity', 'activity/end', 'device', 'device/asking', 'device/decision']),
      before: v.optional(id),
      body: v.optional(v.record(v.string(), text)),
      sub: text,
    }),
  }),
  v.strictObject({
    id,
    m: v.literal('device.allow'),
    p: v.strictObject({ request: text, near: v.boolean(), number: v.optional(text), sub: text }),
  }),
  v.strictObject({
    id,
    m: v.literal('setup.expect'),
    p: pendingSetup,
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

/** A provider that the user can sign in with. */
export interface ProviderView extends Provider {
  /** The last sign-in in this browser was with it. */
  isLast?: boolean;
}

/** Everything that the window shows in which the user picks a provider. */
export interface ProviderQuestionView {
  /** The site whose page wants the user to sign in. */
  origin: string;
  providers: ProviderView[];
  organization?: Organization | undefined;
}

/** One account of the user. */
export interface AccountView {
  id: string;
  name?: string | undefined;
  email?: string | undefined;
  sub: string;
  /** The provider's name for people. */
  provider: string;
  /**
   * `reauth`: the provider wants the user to sign in again, and sites get no new access until then. `signed_out`: the
   * session has ended, and its sites wait.
   */
  state: 'active' | 'reauth' | 'signed_out';
}

/** One site in the popup. */
export interface SiteView {
  origin: string;
  name: string;
  /** A `data:` URL. */
  icon?: string | undefined;
  /**
   * `organization`: the administrator allowed it, so the user can't remove it. `never`: blocked by the user.
   * `other_account`: the site's account can't use the site.
   */
  access: 'none' | 'person' | 'organization' | 'never' | 'other_account';
  /** Whether the extension adds the tokens to the site's requests. */
  attached?: boolean | undefined;
  /** What the site can do now, in the configuration's words, per API. */
  resources: { name: string; may: string[] }[];
  /** Milliseconds since the epoch. Absent if the site was never used. */
  lastUsedAt?: number | undefined;
  /** Whether the extension may run in the site's pages. In the store build the user grants this once per site. */
  reachable: boolean;
  /** ID of the site's account. */
  account: string;
  /** IDs of the accounts that the site can have. */
  accounts: string[];
}

/** A sign-in in progress. */
export interface SigningInView {
  /** Whether the browser has opened its window, which the user can be shown. */
  hasWindow: boolean;
}

/** Everything that the popup shows. */
export type PopupState =
  | { view: 'not_configured' }
  /** The browser hasn't given the extension access to the broker yet. */
  | { view: 'unreachable'; broker: string }
  | {
      view: 'signed_out';
      broker: string;
      problem?: Problem | undefined;
      providerHost?: string | undefined;
      /** Empty if there is no choice. */
      providers: ProviderView[];
      organization?: Organization | undefined;
    }
  | ({ view: 'signing_in'; broker: string; organization?: Organization | undefined } & SigningInView)
  | {
      view: 'signed_in';
      broker: string;
      /** The account of every site that the user chose no account for. */
      account: AccountView;
      /** All other accounts. */
      others: AccountView[];
      /** Whether the user can add an account. */
      mayAdd: boolean;
      /** The providers for another account. Empty if there is no choice. */
      providers: ProviderView[];
      organization?: Organization | undefined;
      sites: SiteView[];
      /** A sign-in is in progress, of this account or another one. */
      signingIn?: SigningInView | undefined;
      /** What else the broker has for this user: `activity`, `devices`, `device_requests`. */
      features: string[];
      /** How many new browsers or devices signed in that the user has not seen yet. */
      news: number;
      /** A device may ask for the user, until then (milliseconds since the epoch). Another value is another request. */
      asking?: number | undefined;
      problem?: Problem | undefined;
    };

/** Everything that the consent window shows. */
export interface ConsentView {
  organization?: Organization | undefined;
  origin: string;
  site: string;
  account: string;
  /** `sub` of the account. */
  sub: string;
  /** The accounts that the user can choose from, including the site's. */
  accounts: { id: string; label: string; chosen: boolean }[];
  /** What the user grants, all or nothing: each API, and its scopes that the site doesn't have yet. */
  asks: { resource: string; scopes: { scope: string; description: string }[] }[];
  /** What the site can already do, as in the popup. */
  has: SiteView['resources'];
}

/** Where the broker's address comes from: the build, the organization's policy, or the user. */
export type BrokerSource = 'baked' | 'policy' | 'person';

/** Everything that the settings and the welcome page show. */
export interface SettingsView {
  organization?: Organization | undefined;
  build: 'baked' | 'store';
  broker?: { url: string; source: BrokerSource; reachable: boolean } | undefined;
  /** The organization's policy on this computer, with defaults filled in. */
  policy: {
    provider?: string | undefined;
    denied_sites: string[];
    private_windows: 'refuse' | 'allow';
    accounts: 'one' | 'many';
    sign_in_at_start: boolean;
  };
  signedIn: boolean;
  /** Match patterns of the hosts that the extension has access to. */
  access: string[];
}

/** What the background knows without asking the broker. */
export interface DiagnosticFacts {
  broker?: { url: string; source: BrokerSource } | undefined;
  /** ID of the main account's profile, which is also the name of its key. */
  profile: string;
  session?: { state: 'active' | 'recheck' | 'reauth_required'; account: string } | undefined;
  /** State of the session's event stream. `idle`: no approved site is open. */
  stream: 'idle' | 'waiting' | 'open';
  /** Origins in the broker's policy. */
  sites: string[];
  /** The latest problem. */
  problem?: Problem | undefined;
}

/** The host that a sign-in would go to, or why no sign-in can start. */
export type DiagnosticProbe = { host: string } | { error: Problem };

export interface UiResults {
  'settings.get': SettingsView;
  'diagnostics.get': DiagnosticFacts;
  'diagnostics.probe': DiagnosticProbe;
  'state.get': PopupState;
  /** Whether the extension serves pages in private windows. */
  'private_windows.get': { served: boolean };
  'session.sign_in': Record<string, never>;
  'session.sign_out': Record<string, never>;
  'sign_in.show': Record<string, never>;
  'sign_in.cancel': Record<string, never>;
  'account.add': Record<string, never>;
  'account.choose': Record<string, never>;
  'account.sign_out_all': Record<string, never>;
  'provider.sign_out': Record<string, never>;
  'provider.get': ProviderQuestionView;
  'provider.choose': Record<string, never>;
  'site.disconnect': Record<string, never>;
  'site.restore': Record<string, never>;
  'site.let_ask': Record<string, never>;
  'site.open': Record<string, never>;
  /** The broker's answer at `/session/<path>`, which the page checks. `sub` is the account that the user sees. */
  'own.call': unknown;
  /** How the broker says that the device's request was decided, once however often it is allowed. */
  'device.allow': unknown;
  'setup.expect': Record<string, never>;
  'setup.resume': Record<string, never>;
  'consent.get': ConsentView;
  'consent.account': ConsentView;
  'consent.answer': Record<string, never>;
}

export type UiResponse = { id: number; ok: true; r: unknown } | { id: number; ok: false; e: Problem };

/** Tells every open page of the extension to reload its state. */
export interface UiChanged {
  changed: true;
}
