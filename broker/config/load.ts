import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { shellWord } from '@latchkey/shared/shell-word.ts';
import type { JWK } from 'jose';
import * as v from 'valibot';
import { type Document, LineCounter, parseDocument } from 'yaml';
import { readFault } from '../file-fault.ts';
import { certificatesIn } from '../trusted-certificates.ts';
import { type Image, readImage } from './branding.ts';
import { carriedGroups } from './carried-groups.ts';
import { resolveEnvironment } from './environment.ts';
import { chromeExtensionBuild, extensionBuilds } from './extension-builds.ts';
import { ConfigError, type Fault } from './fault.ts';
import { namedBy } from './names.ts';
import { presetOf } from './provider-presets.ts';
import { referenceFaults } from './references.ts';
import { type ConfigFile, configSchema, jwkSet } from './schema.ts';
import type {
  Allow,
  ClientAuthentication,
  Config,
  ResourceConfig,
  ServiceAuthentication,
  UpstreamConfig,
} from './types.ts';
import { unknownKey, unknownKeyFaults } from './unknown-keys.ts';
import { yamlFault } from './yaml-fault.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What of the configuration is read. */
export interface Reading {
  /**
   * Whether the secrets of the providers are read. Default: yes. Commands that only use the store run without them, also
   * where an administrator doesn't have them. The secrets in the configuration are then worthless.
   */
  needsSecrets?: boolean;
}

/**
 * Reads and validates the configuration file.
 *
 * @param path path to `latchkey.yaml`; paths in the file are relative to its folder
 * @throws {ConfigError} listing every fault
 */
export function loadConfig(path: string, env: Environment, reading: Reading = {}): Config {
  let source: string;
  try {
    source = readFileSync(path, 'utf8');
  } catch (cause) {
    const isMissing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    const reason = isMissing ? 'does not exist' : `can't be read: ${readFault(cause).reason}`;
    const message = `${reason}. Set its path with --config or LATCHKEY_CONFIG, or create one with "latchkey init".`;
    throw new ConfigError(path, [{ path: [], message }]);
  }
  return parseConfig(source, path, env, reading);
}

/** Like {@link loadConfig}, for text that has already been read. */
export function parseConfig(
  source: string,
  path: string,
  env: Environment,
  { needsSecrets = true }: Reading = {},
): Config {
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines });
  const unreadable = yamlFault(document, source, lines);
  if (unreadable !== undefined) throw new ConfigError(path, [unreadable]);
  const { resolved, faults: environmentFaults } = resolveEnvironment(contentOf(document, path), env, { needsSecrets });
  const parsed = v.safeParse(configSchema, resolved);
  const faults: Fault[] = [
    ...environmentFaults,
    ...(parsed.issues ?? []).map(shapeFault),
    ...unknownKeyFaults(configSchema, resolved),
    ...referenceFaults(resolved),
  ];
  const files = new OtherFiles(dirname(path), faults, needsSecrets);
  const config = parsed.success ? toConfig(parsed.output, files) : undefined;
  if (faults.length > 0 || !config) {
    throw new ConfigError(
      path,
      faults.map((fault) => ({ ...fault, line: lineOf(fault.path) })),
    );
  }
  return config;

  function lineOf(keys: readonly string[]): number | undefined {
    for (let depth = keys.length; depth > 0; depth -= 1) {
      const node = document.getIn(keys.slice(0, depth), true) as { range?: [number, number, number] } | undefined;
      if (node?.range) return lines.linePos(node.range[0]).line;
    }
    return undefined;
  }
}

/**
 * Returns the content of a document. YAML can name its own parts (aliases), so a small file can stand for gigabytes, or
 * for a map that contains itself.
 *
 * @throws {ConfigError} if it does, or if an alias has no anchor
 */
function contentOf(document: Document.Parsed, path: string): unknown {
  try {
    const content: unknown = document.toJS({ maxAliasCount: 100 }) ?? {};
    // Fails for what contains itself.
    JSON.stringify(content);
    return content;
  } catch (cause) {
    const message =
      'has an alias (*name) that has no anchor, refers to itself, or is used too often. Write the values out';
    throw new ConfigError(path, [{ path: [], message }], { cause });
  }
}

function shapeFault(issue: v.BaseIssue<unknown>): Fault {
  const path = (issue.path ?? []).map(({ key }) => String(key));
  if (issue.type === 'strict_object' && issue.expected === 'never') return { path, message: unknownKey };
  if (issue.received === 'undefined') return { path, message: 'is missing' };
  // The library's own sentences repeat the value, and that may be a secret.
  if (issue.message.startsWith('Invalid type: ')) return { path, message: expectationOf(issue.expected) };
  return { path, message: issue.message };
}

/** @param expected a type in the library's notation, such as `Object` or `("a" | "b")` */
function expectationOf(expected: string | null): string {
  if (expected === 'Object') return 'must be a map, with its settings on indented lines of their own';
  if (expected === 'Array') return 'must be a list';
  const choices = [...(expected ?? '').matchAll(/"([^"]*)"/g)].map(([, choice]) => choice);
  return choices.length > 0 ? `must be one of ${choices.join(', ')}` : `must be ${expected ?? 'something else'}`;
}

/** Files that the configuration names. Their faults are listed with the others. */
class OtherFiles {
  readonly #folder: string;
  readonly #faults: Fault[];
  readonly #needsSecrets: boolean;
  /** Size of the site icons that have been read, in bytes. */
  #siteIcons = 0;

  constructor(folder: string, faults: Fault[], needsSecrets: boolean) {
    this.#folder = folder;
    this.#faults = faults;
    this.#needsSecrets = needsSecrets;
  }

  resolve(path: string): string {
    return resolve(this.#folder, path);
  }

  /** A secret. Not read, and empty, where no secrets are needed. */
  readSecret(path: string, where: readonly string[]): string {
    return this.#needsSecrets ? this.read(path, where) : '';
  }

  read(path: string, where: readonly string[]): string {
    try {
      const text = readFileSync(this.resolve(path), 'utf8').trim();
      if (text !== '') return text;
      this.#faults.push({ path: where, message: `the file ${path} is empty` });
    } catch (error) {
      const { reason, cure } = readFault(error);
      this.#faults.push({ path: where, message: `the file ${this.resolve(path)} can't be read: ${reason}. ${cure}` });
    }
    return '';
  }

  /** A key that signs client assertions, checked here so that a reload refuses an unusable one. */
  readPrivateKey(path: string, where: readonly string[]): string {
    const pem = this.readSecret(path, where);
    if (pem !== '' && !isAssertionKey(pem)) {
      this.#faults.push({
        path: where,
        message: `the file ${path} is no private key in PKCS #8 PEM form, RSA or P-256. Convert it with: openssl pkcs8 -topk8 -nocrypt -in ${shellWord(path)}`,
      });
    }
    return pem;
  }

  /** @param most its size in bytes */
  image(path: string | undefined, where: readonly string[], most?: number): Image | undefined {
    const read = path === undefined ? undefined : readImage(this.resolve(path), most);
    if (typeof read !== 'string') return read;
    this.#faults.push({ path: where, message: read });
    return undefined;
  }

  siteIcon(path: string | undefined, where: readonly string[]): Image | undefined {
    const icon = this.image(path, where, longestSiteIcon);
    const before = this.#siteIcons;
    this.#siteIcons += icon?.body.length ?? 0;
    if (before <= longestSiteIcons && this.#siteIcons > longestSiteIcons) {
      const message = `the icons of all sites have more than ${longestSiteIcons / 1_000} kB. Use smaller ones`;
      this.#faults.push({ path: where, message });
    }
    return icon;
  }

  /** Certificates of certificate authorities. */
  readCertificates(path: string, where: readonly string[]): string[] {
    const text = this.read(path, where);
    if (text === '') return [];
    const pems = certificatesIn(text);
    if (!pems) {
      const message = `the file ${path} has no certificates in PEM form, or one that can't be read. It must have -----BEGIN CERTIFICATE-----`;
      this.#faults.push({ path: where, message });
    }
    return pems ?? [];
  }

  /** A JWK Set (RFC 7517 §5) of public keys. */
  readJwks(path: string, where: readonly string[]): JWK[] {
    const text = this.read(path, where);
    if (text === '') return [];
    try {
      return v.parse(jwkSet, JSON.parse(text)).keys as JWK[];
    } catch {
      this.#faults.push({ path: where, message: `the file ${path} is not a JWK Set of public keys: {"keys": [...]}` });
      return [];
    }
  }
}

/** Of a site's icon and of all of them, in bytes. The extension gets them with each change of the policy. */
const longestSiteIcon = 10_000;
const longestSiteIcons = 100_000;

/** RS256 and ES256 are what the broker signs client assertions with. */
function isAssertionKey(pem: string): boolean {
  if (!pem.includes('-----BEGIN PRIVATE KEY-----')) return false;
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = createPrivateKey(pem);
    return asymmetricKeyType === 'rsa' || asymmetricKeyDetails?.namedCurve === 'prime256v1';
  } catch {
    return false;
  }
}

function toConfig(file: ConfigFile, files: OtherFiles): Config {
  return {
    issuer: file.issuer,
    listen: file.listen,
    adminListen: file.admin_listen,
    keepAliveMs: file.keep_alive,
    trustedProxies: file.trusted_proxies,
    logLevel: file.log_level,
    rateLimitFactor: file.rate_limit_factor,
    store: file.store.startsWith('sqlite:')
      ? `sqlite:${files.resolve(file.store.slice('sqlite:'.length))}`
      : file.store,
    keysFile: files.resolve(file.keys_file),
    tls: {
      pems: file.tls.ca_file === undefined ? [] : files.readCertificates(file.tls.ca_file, ['tls', 'ca_file']),
      system: file.tls.system_ca === 'on',
    },
    session: { idleMs: file.session.idle, absoluteMs: file.session.absolute },
    audit: { keepMs: file.audit.keep },
    branding: {
      name: file.branding.name,
      logo: files.image(file.branding.logo, ['branding', 'logo']),
      color: file.branding.color,
      support: { url: file.branding.support.url, email: file.branding.support.email },
      recoveryUrl: file.branding.recovery_url,
    },
    upstreams: toMap(file.upstreams, (name, upstream) => toUpstream(name, upstream, files)),
    extension: toExtension(file.extension),
    resources: toMap(file.resources, (resource, entry) => ({
      resource,
      ...namedBy(entry.name),
      scopes: mapValues(entry.scopes, (texts) => namedBy(texts).name),
      scopeNames: scopeNamesOf(entry.scopes),
      lifetimeMs: entry.lifetime,
      freshMs: entry.fresh,
      dpop: entry.dpop,
      urls: entry.urls ?? [resource.endsWith('/') ? resource : `${resource}/`],
      groups: carriedGroups(resource, entry.groups, file),
      tokenAlg: entry.token_alg,
    })),
    origins: toMap(file.origins, (origin, entry) => ({
      origin,
      ...namedBy(entry.name),
      icon: files.siteIcon(entry.icon, ['origins', origin, 'icon']),
      allow: toAllow(entry.allow),
      groups: entry.groups,
      consent: entry.consent,
      acrValues: entry.acr_values,
      maxAgeMs: entry.max_age,
      attachTokens: entry.attach_tokens,
    })),
    devices: toMap(file.devices, (clientId, entry) => ({
      clientId,
      ...namedBy(entry.name),
      allow: toAllow(entry.allow),
      groups: entry.groups,
      sessionMs: entry.session,
      grant: entry.grant,
      idTokenAlg: entry.id_token_alg,
      redirectPath: entry.redirect_path,
      numberMatching: entry.number_matching,
    })),
    services: toMap(file.services, (clientId, entry) => ({
      clientId,
      allow: toAllow(entry.allow),
      introspect: entry.introspect,
      authentication: serviceAuthentication(clientId, entry, files),
    })),
  };
}

const toMap = <In, Out>(
  entries: Record<string, In>,
  convert: (key: string, entry: In) => Out,
): ReadonlyMap<string, Out> => new Map(Object.entries(entries).map(([key, entry]) => [key, convert(key, entry)]));

const mapValues = <In, Out>(entries: Record<string, In>, convert: (entry: In) => Out): Record<string, Out> =>
  Object.fromEntries(Object.entries(entries).map(([key, entry]) => [key, convert(entry)]));

const toAllow = (allow: Record<string, string[]>): Allow => new Map(Object.entries(allow));

function toUpstream(name: string, entry: ConfigFile['upstreams'][string], files: OtherFiles): UpstreamConfig {
  return {
    name,
    label: entry.name,
    domains: entry.domains,
    icon: files.image(entry.icon, ['upstreams', name, 'icon']),
    issuer: entry.issuer,
    discoveryUrl: entry.discovery_url,
    clientId: entry.client_id,
    ...toAuthentications(name, entry, files),
    secretExpiresAt: entry.client_secret_expires_at,
    scopes: entry.scopes,
    preset: entry.preset,
    rotates: entry.rotates,
    refreshLeewayMs: entry.refresh_leeway ?? presetOf(entry.preset).leewayMs,
    groupsClaim: entry.groups_claim,
    userInfo: entry.userinfo,
    silent: entry.silent,
    authorizationParams: entry.authorization_params,
    hooks: {
      oktaEventsSecret: entry.hooks.okta_events_secret_file
        ? files.readSecret(entry.hooks.okta_events_secret_file, ['upstreams', name, 'hooks', 'okta_events_secret_file'])
        : entry.hooks.okta_events_secret,
      revocationIssuer: entry.hooks.revocation_issuer,
    },
  };
}

/** The secret or key, and the second one if there are two. */
function toAuthentications(
  name: string,
  entry: ConfigFile['upstreams'][string],
  files: OtherFiles,
): Pick<UpstreamConfig, 'authentication' | 'otherAuthentication'> {
  const method = entry.client_auth ?? 'client_secret_basic';
  const [authentication, otherAuthentication] = entry.private_key_file
    ? listed(entry.private_key_file).map(
        (path): ClientAuthentication => ({
          method: 'private_key_jwt',
          pem: files.readPrivateKey(path, ['upstreams', name, 'private_key_file']),
        }),
      )
    : (entry.client_secret_file
        ? listed(entry.client_secret_file).map((path) =>
            files.readSecret(path, ['upstreams', name, 'client_secret_file']),
          )
        : listed(entry.client_secret ?? '')
      ).map((secret): ClientAuthentication => ({ method, secret }));
  if (!authentication) throw new Error('the schema lets no empty list pass');
  return { authentication, ...(otherAuthentication && { otherAuthentication }) };
}

const listed = (value: string | readonly string[]): readonly string[] => (typeof value === 'string' ? [value] : value);

function serviceAuthentication(
  name: string,
  entry: ConfigFile['services'][string],
  files: OtherFiles,
): ServiceAuthentication {
  if (entry.secret_hash !== undefined) return { method: 'client_secret', hash: entry.secret_hash };
  if (entry.jwks_file !== undefined) {
    return { method: 'private_key_jwt', keys: files.readJwks(entry.jwks_file, ['services', name, 'jwks_file']) };
  }
  return { method: 'private_key_jwt', keys: entry.public_jwk ? [entry.public_jwk as JWK] : [] };
}

/** Absent if every description is one text for everybody. */
function scopeNamesOf(scopes: ConfigFile['resources'][string]['scopes']): ResourceConfig['scopeNames'] {
  return Object.values(scopes).some((texts) => typeof texts !== 'string')
    ? mapValues(scopes, (texts) => namedBy(texts).names)
    : undefined;
}

function toExtension({ chrome_ids, firefox_ids, chrome_key }: ConfigFile['extension']): Config['extension'] {
  const builds = extensionBuilds(chrome_ids, firefox_ids);
  return {
    builds,
    redirectUris: builds.map(({ redirectUri }) => redirectUri),
    ...(chrome_key === undefined ? {} : { idOfKey: chromeExtensionBuild(chrome_key).id }),
  };
}
