import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Fault } from './fault.ts';
import { ConfigError } from './fault.ts';
import { parseConfig } from './load.ts';

const good = `
issuer: https://latchkey.example.com
keys_file: keys
upstreams:
  okta:
    issuer: https://acme.okta.com/oauth2/default
    client_id: 0oa1b2c3d4
    client_secret: \${OKTA_CLIENT_SECRET}
    preset: okta
    refresh_leeway: 30s
extension:
  chrome_ids: [abcdefghijklmnopabcdefghijklmnop]
  firefox_ids: [latchkey@example.com]
resources:
  https://api.example.com:
    name: Orders API
    scopes: { orders:read: See your orders }
origins:
  https://shop.example.com:
    name: Shop
    allow: { https://api.example.com: [orders:read] }
    groups: [okta:staff]
devices:
  tv: { name: TV, allow: { https://api.example.com: [orders:read] }, session: 90d }
`;
const env = { OKTA_CLIENT_SECRET: 'a-real-random-secret' };
const folder = mkdtempSync(join(tmpdir(), 'latchkey-config-'));
const parse = (source: string, environment: Record<string, string> = env) =>
  parseConfig(source, join(folder, 'latchkey.yaml'), environment);

function faultsOf(source: string, environment = env): (Fault & { at: string })[] {
  try {
    parse(source, environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults.map((fault) => ({ ...fault, at: fault.path.join('.') }));
    throw error;
  }
  return [];
}

describe('a good file', () => {
  it('gets its defaults, durations in milliseconds, paths beside the file, secrets from outside', () => {
    const config = parse(good);
    expect(config.store).toBe(`sqlite:${join(folder, 'latchkey.db')}`);
    expect(config.keysFile).toBe(join(folder, 'keys'));
    expect(config.upstreams.get('okta')).toMatchObject({
      refreshLeewayMs: 30_000,
      authentication: { method: 'client_secret_basic', secret: 'a-real-random-secret' },
    });
    expect(config.resources.get('https://api.example.com')).toMatchObject({ lifetimeMs: 300_000, freshMs: 900_000 });
    expect(config.devices.get('tv')).toMatchObject({ sessionMs: 90 * 86_400_000, numberMatching: false });
    expect(config.extension.redirectUris).toEqual([
      'https://abcdefghijklmnopabcdefghijklmnop.chromiumapp.org/',
      expect.stringMatching(/^https:\/\/[0-9a-f]{40}\.extensions\.allizom\.org\/$/),
    ]);
  });

  it.each([
    ['okta', '', 30_000, undefined],
    ['okta', ', refresh_leeway: 0s', 0, undefined],
    ['auth0', '', 0, undefined],
    ['generic', ', rotates: no', 0, 'no'],
    ['keycloak', ', rotates: "yes", refresh_leeway: 20s', 20_000, 'yes'],
  ])('knows the leeway and the rotation of a provider: %s%s', (preset, more, refreshLeewayMs, rotates) => {
    const entry = `{ issuer: https://id.example.com, client_id: c, client_secret: "\${OKTA_CLIENT_SECRET}", preset: ${preset}${more} }`;
    const config = parse(`
issuer: https://latchkey.example.com
keys_file: keys
upstreams: { p: ${entry} }
resources: { https://api.example.com: { name: API, scopes: { a: A } } }`);
    expect(config.upstreams.get('p')).toMatchObject({ refreshLeewayMs });
    expect(config.upstreams.get('p')?.rotates).toBe(rotates);
  });

  it('keeps audit entries for good, unless it says for how long', () => {
    expect(parse(good).audit).toEqual({ keepMs: undefined });
    expect(parse(`${good}audit: { keep: 400d }\n`).audit).toEqual({ keepMs: 400 * 86_400_000 });
    expect(faultsOf(`${good}audit: { keep: 0s }\n`).map(({ at }) => at)).toEqual(['audit.keep']);
  });

  it('reads a secret from a file beside it', () => {
    writeFileSync(join(folder, 'client-secret'), 'from-the-file\n');
    const config = parse(good.replace(/client_secret: .*/, 'client_secret_file: client-secret'));
    expect(config.upstreams.get('okta')?.authentication).toEqual({
      method: 'client_secret_basic',
      secret: 'from-the-file',
    });
  });
});

describe('two secrets of a provider, while one replaces the other', () => {
  const withSecrets = (text: string) => good.replace(/client_secret: .*/, text);
  const pem = (type: 'pkcs8' | 'pkcs1') =>
    generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type, format: 'pem' });

  it('come from files or from the environment, the new one first', () => {
    writeFileSync(join(folder, 'new'), 'new-one\n');
    writeFileSync(join(folder, 'old'), 'old-one\n');
    expect(parse(withSecrets('client_secret_file: [new, old]')).upstreams.get('okta')).toMatchObject({
      authentication: { method: 'client_secret_basic', secret: 'new-one' },
      otherAuthentication: { method: 'client_secret_basic', secret: 'old-one' },
    });
    const fromEnvironment = parse(withSecrets('client_secret: ["${OKTA_CLIENT_SECRET}", "${OKTA_CLIENT_SECRET}"]'));
    expect(fromEnvironment.upstreams.get('okta')?.otherAuthentication).toBeDefined();
    writeFileSync(join(folder, 'key'), pem('pkcs8'));
    expect(parse(withSecrets('private_key_file: [key, key]')).upstreams.get('okta')).toMatchObject({
      authentication: { method: 'private_key_jwt' },
      otherAuthentication: { method: 'private_key_jwt' },
    });
  });

  it.each([
    [
      'a literal secret',
      'client_secret: ["${OKTA_CLIENT_SECRET}", hunter2]',
      'client_secret.1',
      'Use ${ENV_VAR}, or client_secret_file',
    ],
    [
      'three of them',
      'client_secret: ["${OKTA_CLIENT_SECRET}", "${OKTA_CLIENT_SECRET}", "${OKTA_CLIENT_SECRET}"]',
      'client_secret',
      'a list of two',
    ],
    ['none', 'client_secret: []', 'client_secret', 'a list of two'],
    ['a file that is not there', 'client_secret_file: [nowhere, new]', 'client_secret_file', 'it does not exist'],
    ['a key in another form', 'private_key_file: [pkcs1]', 'private_key_file', 'openssl pkcs8'],
    ['garbage for a key', 'private_key_file: new', 'private_key_file', 'no private key'],
  ])('have no faults such as %s', (_, text, key, message) => {
    writeFileSync(join(folder, 'pkcs1'), pem('pkcs1'));
    const [fault, ...more] = faultsOf(withSecrets(text));
    expect(fault?.at).toBe(`upstreams.okta.${key}`);
    expect(fault?.message).toContain(message);
    expect(more).toEqual([]);
  });
});

describe('a file with faults', () => {
  it('has all of them listed at once, each with path, line, cause and cure', () => {
    const bad = good
      .replace('https://latchkey.example.com', 'http://latchkey.example.com')
      .replace('refresh_leeway: 30s', 'refresh_leeway: half a minute')
      .replace('name: Shop', 'nmae: Shop')
      .replace('[okta:staff]', '[azure:staff]')
      .replace('${OKTA_CLIENT_SECRET}', 'hunter2');
    const faults = faultsOf(bad);
    expect(faults.map(({ at }) => at).sort()).toEqual(
      [
        'issuer',
        'upstreams.okta.client_secret',
        'upstreams.okta.refresh_leeway',
        'origins.https://shop.example.com.nmae',
        'origins.https://shop.example.com.name',
        'origins.https://shop.example.com.groups',
      ].sort(),
    );
    const byPath = new Map(faults.map((fault) => [fault.at, fault]));
    expect(byPath.get('issuer')).toMatchObject({ line: 2, message: expect.stringContaining('https:') });
    expect(byPath.get('upstreams.okta.client_secret')?.message).toContain('client_secret_file');
    expect(byPath.get('origins.https://shop.example.com.nmae')?.message).toContain('not a known key');
    expect(byPath.get('origins.https://shop.example.com.name')?.message).toBe('is missing');
  });

  it('names every unknown key of one place, and of every place', () => {
    const bad = good
      .replace('issuer: https://latchkey.example.com', 'issuer: https://latchkey.example.com\nisuer: x\nstroe: y')
      .replace('preset: okta', 'preset: okta\n    scope: x\n    cleint: y');
    expect(
      faultsOf(bad)
        .map(({ at }) => at)
        .sort(),
    ).toEqual(['isuer', 'stroe', 'upstreams.okta.cleint', 'upstreams.okta.scope']);
  });

  it('never repeats a secret', () => {
    const secret = 'correct-horse-battery';
    expect(() => parse(good.replace('${OKTA_CLIENT_SECRET}', secret))).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining(secret) }),
    );
  });

  it('never repeats a secret in the place of a map', () => {
    const bad = good.replace('preset: okta', 'preset: okta\n    hooks: ${OKTA_EVENTS}');
    expect(() => parse(bad, { ...env, OKTA_EVENTS: 'correct-horse-battery' })).toThrow(
      expect.objectContaining({ message: expect.stringMatching(/^(?=.*hooks: must be a map)(?!.*correct-horse)/s) }),
    );
  });

  it('reads what hooks are checked with, and takes no secret that is written into the file', () => {
    const hooks = (secret: string) =>
      good.replace(
        'preset: okta',
        `preset: okta\n    hooks: { okta_events_secret: ${secret}, revocation_issuer: https://acme.okta.com }`,
      );
    const okta = { ...env, OKTA_EVENTS: 'a-long-enough-random-secret' };
    expect(parse(hooks('"${OKTA_EVENTS}"'), okta).upstreams.get('okta')?.hooks).toEqual({
      oktaEventsSecret: 'a-long-enough-random-secret',
      revocationIssuer: 'https://acme.okta.com',
    });
    expect(() => parse(hooks('written-into-the-file-it-is'), okta)).toThrow('okta_events_secret_file');
    expect(() => parse(hooks('"${OKTA_EVENTS}"'), { ...env, OKTA_EVENTS: 'short' })).toThrow('at least 20 characters');
  });

  it.each([
    ['an unset variable', good, {}, 'upstreams.okta.client_secret', 'OKTA_CLIENT_SECRET is not set'],
    ['a default secret', good, { OKTA_CLIENT_SECRET: 'changeme' }, 'upstreams.okta.client_secret', 'default secret'],
    [
      'a pattern as origin',
      good.replace('https://shop.example.com:', 'https://*.example.com:'),
      env,
      'origins.https://*.example.com',
      'exact origin',
    ],
    [
      'an unknown resource',
      good.replace(
        'allow: { https://api.example.com: [orders:read] }\n    groups',
        'allow: { https://x.example: [orders:read] }\n    groups',
      ),
      env,
      'origins.https://shop.example.com.allow.https://x.example',
      'is not defined under resources',
    ],
    [
      'a device at a resource that takes only bound tokens',
      good.replace('name: Orders API', 'name: Orders API\n    dpop: required'),
      env,
      'devices.tv.allow.https://api.example.com',
      'accepts only bound tokens',
    ],
    [
      'an unknown scope',
      good.replace(
        'TV, allow: { https://api.example.com: [orders:read]',
        'TV, allow: { https://api.example.com: [orders:burn]',
      ),
      env,
      'devices.tv.allow.https://api.example.com',
      'orders:burn',
    ],
    [
      'no client authentication',
      good.replace(/ +client_secret: .*\n/, ''),
      env,
      'upstreams.okta',
      'no client authentication',
    ],
    [
      'a trailing slash',
      good.replace('latchkey.example.com', 'latchkey.example.com/'),
      env,
      'issuer',
      'trailing slash',
    ],
    ['text that is no YAML', 'issuer: [', env, '', 'not YAML'],
    ['text for a map', `${good}session: 8h\n`, env, 'session', 'must be a map'],
    ['a word that is none of a list', `${good}log_level: loud\n`, env, 'log_level', 'must be one of info, warn, error'],
    ['an empty file', '', env, '', ''],
  ])('%s is a fault', (_, source, environment, path, message) => {
    const faults = faultsOf(source, environment as typeof env);
    expect(
      faults.find(({ at, message: said }) => at === path && said.includes(message)) ?? (path === '' && faults[0]),
    ).toBeTruthy();
  });
});

describe('services', () => {
  const api = 'https://api.example.com';
  const hash = `sha256:${'A'.repeat(43)}`;
  const jwk = { kty: 'EC', crv: 'P-256', x: 'x', y: 'y' };
  const service = (entry: Record<string, unknown>) => `${good}services: { nightly: ${JSON.stringify(entry)} }\n`;

  it('have a hash or public keys, from the file or beside it', () => {
    writeFileSync(join(folder, 'jwks.json'), JSON.stringify({ keys: [jwk] }));
    const authentication = (entry: Record<string, unknown>) =>
      parse(service({ allow: { [api]: ['orders:read'] }, ...entry })).services.get('nightly')?.authentication;
    expect(authentication({ secret_hash: hash })).toEqual({ method: 'client_secret', hash });
    expect(authentication({ public_jwk: jwk })).toEqual({ method: 'private_key_jwt', keys: [jwk] });
    expect(authentication({ jwks_file: 'jwks.json' })).toEqual({ method: 'private_key_jwt', keys: [jwk] });
  });

  it.each<[string, Record<string, unknown>, string, string]>([
    ['no authentication', {}, 'services.nightly', 'has no authentication'],
    ['two', { secret_hash: hash, public_jwk: jwk }, 'services.nightly', 'keep one'],
    ['a secret for a hash', { secret_hash: 'hunter2' }, 'services.nightly.secret_hash', 'not the secret'],
    ['a private key', { public_jwk: { ...jwk, d: 'd' } }, 'services.nightly.public_jwk', 'is a private key'],
    [
      'a shared key',
      { public_jwk: { kty: 'oct', k: 'k' } },
      'services.nightly.public_jwk.kty',
      'must be EC, OKP or RSA',
    ],
    ['no such key file', { jwks_file: 'none.json' }, 'services.nightly.jwks_file', 'it does not exist'],
    ['a scope that is none', { secret_hash: hash, allow: { [api]: ['x'] } }, `services.nightly.allow.${api}`, '"x"'],
    [
      'a resource that is none',
      { secret_hash: hash, introspect: ['https://x.example'] },
      'services.nightly.introspect',
      'is not defined under resources',
    ],
  ])('with %s are a fault', (_, entry, path, message) => {
    const faults = faultsOf(service(entry));
    expect(faults.find(({ at, message: said }) => at === path && said.includes(message))).toBeTruthy();
  });

  it('whose key file is no set of public keys are a fault', () => {
    writeFileSync(join(folder, 'private.json'), JSON.stringify({ keys: [{ ...jwk, d: 'd' }] }));
    expect(faultsOf(service({ jwks_file: 'private.json' }))[0]?.message).toContain('JWK Set of public keys');
  });
});

describe('what lasts', () => {
  it.each<[string, string, string]>([
    ['session.idle', '\nkeys_file: keys', '\nsession: { idle: 0s }\nkeys_file: keys'],
    ['session.absolute', '\nkeys_file: keys', '\nsession: { absolute: 0d }\nkeys_file: keys'],
    ['resources.https://api.example.com.lifetime', 'name: Orders API', 'name: Orders API\n    lifetime: 0m'],
    ['resources.https://api.example.com.fresh', 'name: Orders API', 'name: Orders API\n    fresh: 0s'],
    ['devices.tv.session', 'session: 90d', 'session: 0h'],
  ])('is no time at all: %s', (at, text, replacement) => {
    const faults = faultsOf(good.replace(text, replacement));
    expect(faults).toEqual([expect.objectContaining({ at, message: 'must be longer than 0s' })]);
  });
});

describe('what lasts for too long', () => {
  it.each([
    ['lifetime', '25h', 'must be at most 1d'],
    ['lifetime', '365d', 'must be at most 1d'],
    ['fresh', '31d', 'must be at most 30d'],
  ])('%s: %s', (key, value, message) => {
    const faults = faultsOf(good.replace('name: Orders API', `name: Orders API\n    ${key}: ${value}`));
    expect(faults).toEqual([
      expect.objectContaining({
        at: `resources.https://api.example.com.${key}`,
        message: expect.stringContaining(message),
      }),
    ]);
  });

  it('but a day is a token’s', () => {
    expect(faultsOf(good.replace('name: Orders API', 'name: Orders API\n    lifetime: 1d'))).toEqual([]);
  });
});

describe('names of clients, which tokens carry as client_id', () => {
  const services = (name: string) =>
    `${good}services:\n  ${name}: { public_jwk: { kty: OKP, crv: Ed25519, x: abc }, allow: {} }\n`;

  it('are a device’s or a service’s, not both', () => {
    expect(faultsOf(services('report'))).toEqual([]);
    expect(faultsOf(services('tv'))).toMatchObject([{ at: 'services.tv', message: expect.stringContaining('Rename') }]);
  });

  it('are not the extension’s', () => {
    expect(faultsOf(services('latchkey-extension'))).toMatchObject([{ at: 'services.latchkey-extension' }]);
    const device = good.replace('  tv:', '  latchkey-extension:');
    expect(faultsOf(device)).toMatchObject([{ at: 'devices.latchkey-extension' }]);
  });
});

describe('names that people read', () => {
  const upstream = (name: string) => good.replace('preset: okta', `preset: okta\n    name: ${name}`);
  it.each<[string, (name: string) => string, number]>([
    ['upstreams.okta.name', upstream, 60],
    ['resources.https://api.example.com.name', (name) => good.replace('Orders API', name), 100],
    ['resources.https://api.example.com.scopes.orders:read', (name) => good.replace('See your orders', name), 300],
    ['origins.https://shop.example.com.name', (name) => good.replace('name: Shop', `name: ${name}`), 100],
    ['devices.tv.name', (name) => good.replace('name: TV', `name: ${name}`), 100],
    ['extension.name', (name) => good.replace('extension:', `extension:\n  name: ${name}`), 45],
    ['branding.name', (name) => `${good}branding: { name: ${name} }\n`, 45],
    ['branding.support.email', (name) => `${good}branding: { support: { email: ${name} } }\n`, 254],
  ])('%s: are plain text that fits', (at, named, longest) => {
    const messagesOf = (name: string) =>
      faultsOf(named(JSON.stringify(name))).map((fault) => `${fault.at} ${fault.message}`);
    for (const hidden of [
      '\n',
      '\r',
      '\t',
      '\u0000',
      '\u001b[2J',
      '\u061c',
      '\u200b',
      '\u202e',
      '\u2028',
      '\u2066',
      '\ufeff',
    ])
      expect(messagesOf(`a${hidden}b`), JSON.stringify(hidden)).toContain(
        `${at} must not have line breaks or invisible characters`,
      );
    expect(messagesOf('a'.repeat(longest + 1))).toContain(`${at} must have at most ${longest} characters`);
    expect(messagesOf('')).toContain(`${at} must not be empty`);
    const fits = at === 'branding.support.email' ? 'help@example.com' : 'Bücher & أكمي アクメ'.padEnd(longest, 'a');
    expect(messagesOf(fits)).toEqual([]);
  });
});

describe('trusted_proxies', () => {
  it.each(['10.0.0.0/33', '10.0.0.0', '::1/129', '300.0.0.0/8', '10.0.0.0/8/8', '0.0.0.0/0', '::/0'])(
    'refuse %s',
    (block) => {
      expect(faultsOf(`${good}trusted_proxies: ["${block}"]\n`).map(({ at }) => at)).toEqual(['trusted_proxies.0']);
    },
  );
});

describe('what tokens carry', () => {
  const resource = (line: string) => good.replace('name: Orders API', `name: Orders API\n    ${line}`);

  it('is all groups, used ones or a list of them, by provider', () => {
    for (const groups of ['all', 'used', '[okta:staff]', '[]'])
      expect(faultsOf(resource(`groups: ${groups}`))).toEqual([]);
    for (const groups of ['none', '[staff]', '[nobody:staff]', '{ okta: staff }']) {
      const [fault] = faultsOf(resource(`groups: ${groups}`));
      expect(fault?.at, groups).toMatch(/^resources\.https:\/\/api\.example\.com\.groups/);
    }
  });

  it('fits: names of 500 characters, and scopes of 2048', () => {
    const long = `https://${'a'.repeat(500)}.example.com`;
    const renamed = good.replaceAll('https://api.example.com', long);
    expect(faultsOf(renamed).map(({ message }) => message)).toContain('must have at most 500 characters');
    const scopes = Array.from({ length: 40 }, (_, index) => `${'s'.repeat(60)}${index}`);
    const map = scopes.map((scope) => `${scope}: Read`).join(', ');
    const wide = good
      .replace(/scopes: \{ orders:read[^}]*\}/, `scopes: { orders:read: Read, orders:write: Write, ${map} }`)
      .replace(/(tv:[\s\S]*?allow: \{ https:\/\/api\.example\.com: \[)/, `$1${scopes.join(', ')}, `);
    expect(faultsOf(wide)).toMatchObject([
      { at: 'devices.tv.allow.https://api.example.com', message: expect.stringContaining('2048') },
    ]);
  });
});

describe('the password of the database', () => {
  const store = (url: string) =>
    faultsOf(`${good}store: "${url}"\n`, {
      ...env,
      DB_PASSWORD: 'hunter2',
      DB: 'postgres://u:hunter2@db/x',
    } as typeof env);

  it.each([
    'postgres://latchkey:hunter2@db/latchkey',
    'postgresql://latchkey:hunter2@db:5432/latchkey?sslmode=require',
    'postgres://latchkey:p@ss@db/latchkey',
    'postgres://:hunter2@db/latchkey',
    'postgres://db/latchkey?user=latchkey&password=hunter2',
    'postgres://db/latchkey?sslpassword=hunter2',
    'postgres://latchkey:${DB_PASSWORD}2@db/latchkey',
  ])('is never in the file, and not repeated: %s', (url) => {
    const faults = store(url);
    expect(faults).toMatchObject([{ at: 'store', message: expect.stringContaining('password in plain text') }]);
    expect(JSON.stringify(faults)).not.toContain('hunter2');
  });

  it.each([
    '${DB}',
    'postgres://latchkey:${DB_PASSWORD}@db/latchkey',
    'postgres://latchkey@db/latchkey',
    'postgres://latchkey:@db/latchkey',
    'postgres://db/latchkey?password=${DB_PASSWORD}',
    'sqlite:./latchkey.db',
  ])('comes from outside: %s', (url) => {
    expect(store(url)).toEqual([]);
  });

  it('is in no other URL either', () => {
    for (const issuer of ['https://ada:hunter2@acme.okta.com', 'https://ada@acme.okta.com']) {
      const faults = faultsOf(good.replace('https://acme.okta.com/oauth2/default', issuer));
      expect(faults).toMatchObject([{ at: 'upstreams.okta.issuer', message: 'must not have a user name or password' }]);
    }
  });
});

describe('a file that stands for more than it says', () => {
  const level = (name: string, of: string) => `${name}: &${name} [${Array(9).fill(of).join(', ')}]\n`;
  it.each([
    ['aliases of aliases', `${level('a', 'x')}${level('b', '*a')}${level('c', '*b')}${level('d', '*c')}`],
    ['a map that contains itself', 'resources: &r { x: *r }\n'],
    ['a list that contains itself', 'resources: &r [*r]\n'],
    ['an alias without an anchor', 'resources: *nowhere\n'],
    ['lists in lists in lists', `resources: ${'['.repeat(20_000)}\n`],
    ['two documents', `${good}---\n${good}`],
  ])('is a fault of the configuration: %s', (_, source) => {
    expect(faultsOf(source).length).toBeGreaterThan(0);
  });

  it('may say a thing once and refer to it', () => {
    const shared = good
      .replace('    groups: [okta:staff]', '    groups: &staff [okta:staff]')
      .replace('session: 90d', 'session: 90d, groups: *staff');
    expect(faultsOf(shared)).toEqual([]);
    expect(parse(shared).devices.get('tv')?.groups).toEqual(['okta:staff']);
  });
});
