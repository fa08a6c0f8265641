import type { JWK } from 'jose';

/** The configuration as the broker uses it: checked, durations in milliseconds, secrets resolved. */
export interface Config {
  /** The broker's public URL, exact, without a trailing slash. */
  issuer: string;
  listen: ListenAddress;
  adminListen: ListenAddress;
  /** CIDR blocks whose `X-Forwarded-*` headers are believed. */
  trustedProxies: string[];
  /** Multiplies the budgets of `limits/budgets.ts`. */
  rateLimitFactor: number;
  store: string;
  keysFile: string;
  session: { idleMs: number; absoluteMs: number };
  upstreams: ReadonlyMap<string, UpstreamConfig>;
  extension: { redirectUris: readonly string[] };
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
  name: string;
  issuer: string;
  clientId: string;
  authentication: ClientAuthentication;
  scopes: readonly string[];
  preset: string;
  /** How long the provider accepts a rotated refresh token again. */
  refreshLeewayMs: number;
  /** Claim of the ID token or UserInfo that holds the person's groups. */
  groupsClaim: string;
  /** Added to every authorization request. */
  authorizationParams: Readonly<Record<string, string>>;
  hooks: HooksConfig;
}

/** What a provider's calls to `/hooks/<name>/…` are checked with, beside its own keys. */
export interface HooksConfig {
  /** Okta's event hook sends this in `Authorization`; without it the hook is off. */
  oktaEventsSecret: string | undefined;
  /** Who signs requests of global revocation, where that is not the provider's `issuer`. */
  revocationIssuer: string | undefined;
}

export interface ResourceConfig {
  resource: string;
  name: string;
  /** Scope → what it lets somebody do, in words for people. */
  scopes: Readonly<Record<string, string>>;
  lifetimeMs: number;
  /** Groups in a token are never older than this when it expires. */
  freshMs: number;
  dpop: 'required' | 'optional' | 'off';
  urls: readonly string[];
}

/** Resource → scopes. */
export type Allow = ReadonlyMap<string, readonly string[]>;

export interface OriginConfig {
  origin: string;
  name: string;
  allow: Allow;
  /** `upstream:group`; empty: everybody. */
  groups: readonly string[];
  consent: 'ask' | 'granted';
  acrValues: readonly string[];
  maxAgeMs: number | undefined;
}

export interface DeviceClientConfig {
  clientId: string;
  name: string;
  allow: Allow;
  groups: readonly string[];
  sessionMs: number;
  /** `device`: by a code that is entered elsewhere (RFC 8628); `loopback`: by a browser on the same machine (RFC 8252). */
  grant: 'device' | 'loopback' | 'both';
  /** Path of the loopback redirect; its port is the program's choice. */
  redirectPath: string;
}

/** A program that acts for itself: it takes tokens by client credentials, or asks about others' tokens. */
export interface ServiceConfig {
  clientId: string;
  /** What it may have tokens for. */
  allow: Allow;
  /** Resources about whose tokens it may ask at `/introspect`. */
  introspect: readonly string[];
  authentication: ServiceAuthentication;
}

export type ServiceAuthentication =
  /** Public keys, any of which signs its assertions (RFC 7523). */
  | { method: 'private_key_jwt'; keys: readonly JWK[] }
  /** A hash as `latchkey services secret` prints it. */
  | { method: 'client_secret'; hash: string };
