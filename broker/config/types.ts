import type { JWK } from 'jose';
import type { LogLevel } from '../log.ts';
import type { TrustedCertificates } from '../trusted-certificates.ts';
import type { Branding, Image } from './branding.ts';
import type { ExtensionBuild } from './extension-builds.ts';
import type { Named } from './names.ts';

/** The validated configuration, with durations in milliseconds and secrets resolved. */
export interface Config {
  /** The broker's exact public URL, without a trailing slash. */
  issuer: string;
  listen: ListenAddress;
  adminListen: ListenAddress;
  /** How long an idle connection of a client or proxy stays open. */
  keepAliveMs: number;
  /** CIDR blocks whose `X-Forwarded-*` headers are trusted. */
  trustedProxies: string[];
  /** The least serious lines that the log has. */
  logLevel: LogLevel;
  /** Multiplier for the budgets in `limits/budgets.ts`. */
  rateLimitFactor: number;
  store: string;
  keysFile: string;
  /** Whom the broker trusts at providers and at PostgreSQL, besides the certificate authorities that Node.js has. */
  tls: TrustedCertificates;
  session: { idleMs: number; absoluteMs: number };
  /** How long audit entries are kept; `undefined`: for good. */
  audit: { keepMs: number | undefined };
  branding: Branding;
  upstreams: ReadonlyMap<string, UpstreamConfig>;
  extension: ExtensionConfig;
  resources: ReadonlyMap<string, ResourceConfig>;
  origins: ReadonlyMap<string, OriginConfig>;
  devices: ReadonlyMap<string, DeviceClientConfig>;
  services: ReadonlyMap<string, ServiceConfig>;
}

export interface ListenAddress {
  host: string;
  port: number;
}

export type ClientAuthentication =
  | { method: 'client_secret_basic' | 'client_secret_post'; secret: string }
  | { method: 'private_key_jwt'; pem: string };

export interface UpstreamConfig {
  /** Its key in the configuration. It qualifies the provider's groups. */
  name: string;
  /** Its name for people. */
  label?: string | undefined;
  /** E-mail domains, in lower case. A `login_hint` in one of them chooses this provider. */
  domains?: readonly string[] | undefined;
  /** Where the provider's metadata is, if not below `issuer`. */
  discoveryUrl?: string | undefined;
  icon?: Image | undefined;
  issuer: string;
  clientId: string;
  authentication: ClientAuthentication;
  /** Tried if the provider refuses `authentication`: while a secret or key is being replaced, both are configured. */
  otherAuthentication?: ClientAuthentication | undefined;
  /** When the secret or key expires, in milliseconds since the epoch; of two, the one that expires later. */
  secretExpiresAt?: number | undefined;
  scopes: readonly string[];
  preset: string;
  /** Whether the provider rotates refresh tokens, if the operator says so. */
  rotates?: 'yes' | 'no' | undefined;
  /** How long the provider still accepts a rotated refresh token. */
  refreshLeewayMs: number;
  /** Name of the ID token or UserInfo claim that lists the person's groups. */
  groupsClaim: string;
  /** Whether UserInfo is asked for what the ID token lacks. Default: on. */
  userInfo?: 'on' | 'off' | undefined;
  /** Whether sign-ins without a window (`prompt=none`) are tried. Default: on. */
  silent?: 'on' | 'off' | undefined;
  /** Added to every authorization request. */
  authorizationParams: Readonly<Record<string, string>>;
  hooks: HooksConfig;
}

/** Verifies a provider's calls to `/hooks/<name>/…`, in addition to the provider's own keys. */
export interface HooksConfig {
  /** Secret that Okta event hooks send in `Authorization`. If absent, the hook is disabled. */
  oktaEventsSecret: string | undefined;
  /** Issuer of global token revocation requests, if it differs from the provider's `issuer`. */
  revocationIssuer: string | undefined;
}

/** Algorithms that the broker signs tokens with (RFC 7518 §3.1). */
export type SigningAlgorithm = 'ES256' | 'RS256';

export interface ResourceConfig extends Named {
  resource: string;
  /** Maps each scope to a human-readable description. */
  scopes: Readonly<Record<string, string>>;
  /** The descriptions that are configured in several languages, as {@link Named.names}. */
  scopeNames?: Readonly<Record<string, Named['names']>> | undefined;
  lifetimeMs: number;
  /** Maximum age of the groups in a token at the time it expires. */
  freshMs: number;
  dpop: 'required' | 'optional' | 'off';
  groups: CarriedGroups;
  /** Signs its access tokens. */
  tokenAlg: SigningAlgorithm;
  urls: readonly string[];
}

/** Which of a person's groups the tokens of a resource carry. */
export interface CarriedGroups {
  /** `named`: no others than `named`. `all`: `named` first, then the person's others, as far as they fit. */
  carry: 'all' | 'named';
  /** The groups that the resource lists or, if it lists none, that the rules of its sites and clients name. */
  named: readonly string[];
}

/** Maps each resource to its allowed scopes. */
export type Allow = ReadonlyMap<string, readonly string[]>;

export interface OriginConfig extends Named {
  origin: string;
  icon?: Image | undefined;
  allow: Allow;
  /** Groups with access, as `upstream:group`. Empty means everyone. */
  groups: readonly string[];
  consent: 'ask' | 'granted';
  acrValues: readonly string[];
  maxAgeMs: number | undefined;
  /** Whether the extension adds the token to the requests of the site's pages, which can't be changed. */
  attachTokens: boolean;
}

export interface DeviceClientConfig extends Named {
  clientId: string;
  allow: Allow;
  groups: readonly string[];
  sessionMs: number;
  /** `device`: a code entered on another device (RFC 8628). `loopback`: a browser on the same machine (RFC 8252). */
  grant: 'device' | 'loopback' | 'both';
  /** Signs its ID tokens. */
  idTokenAlg: SigningAlgorithm;
  /** Path of the loopback redirect URI. The program chooses the port. */
  redirectPath: string;
  /** Whether a device may name the account (`login_hint`), whose browsers then ask for the number that it shows. */
  numberMatching: boolean;
}

/** A program that acts on its own behalf: it gets tokens with client credentials or introspects tokens of others. */
export interface ServiceConfig {
  clientId: string;
  /** Resources and scopes it may get tokens for. */
  allow: Allow;
  /** Resources whose tokens it may introspect at `/introspect`. */
  introspect: readonly string[];
  authentication: ServiceAuthentication;
}

export type ServiceAuthentication =
  /** Public keys. Any of them may verify the service's assertions (RFC 7523). */
  | { method: 'private_key_jwt'; keys: readonly JWK[] }
  /** A hash printed by `latchkey services secret`. */
  | { method: 'client_secret'; hash: string };

export interface ExtensionConfig {
  builds: readonly ExtensionBuild[];
  /** Those of the builds. */
  redirectUris: readonly string[];
  /** The ID of a Chrome build with the configured `chrome_key`. */
  idOfKey?: string | undefined;
}
