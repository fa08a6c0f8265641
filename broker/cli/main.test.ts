import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { run } from './main.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-cli-'));
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

async function latchkey(...argv: string[]) {
  const out = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const err = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const code = await run(argv);
  return { code, out: out.mock.calls.join(''), err: err.mock.calls.join('') };
}

const commands =
  'init doctor serve migrate keys compromised backup sessions audit policy services schema openapi'.split(' ');

it.each(commands)('latchkey %s --help shows that command', async (command) => {
  const { code, out } = await latchkey(command, '--help');
  expect(code).toBe(0);
  expect(out).toMatch(new RegExp(`^Usage: latchkey ${command}\\b`));
});

describe('a wrong command line', () => {
  it.each([
    [['serve', '--bogus'], "Unknown option '--bogus'"],
    [['backup'], '--to FILE is missing'],
    [['policy', 'explain'], '--origin and --resource are required'],
    [['policy', 'explain', '--origin', 'a', '--resource', 'b', '--signed-in-ago', 'long'], 'must be a duration'],
    [['services'], 'expected "services secret" or "services key" or "services token"'],
    [['services', 'key'], '--output is missing. Name the file to write the private key to'],
    [['services', 'key', '--output', 'a', '--key-file', 'b'], 'give only one of them'],
    [['services', 'secret', '--key-file', 'b'], '"services secret" has no option --key-file'],
    [['services', 'key', '--from-stdin'], '"services key" has no option --from-stdin'],
    [['init'], '--issuer is required'],
    [['init', '--issuer', 'x'], '--issuer must be an origin'],
    [['keys'], 'expected "keys init" or "keys list" or'],
    [['keys', 'forget'], 'expected "keys init"'],
    [['keys', 'init'], '--file FILE is missing'],
    [['keys', 'revoke', 'signing'], 'expected --kid ID or --all'],
    [['keys', 'revoke', 'signing', '--all', '--kid', 'a'], 'expected --kid ID or --all'],
    [['keys', 'rotate', 'signing', '--kid', 'a'], '"keys rotate signing" has no option --kid'],
    [['sessions'], 'expected "sessions list" or "sessions revoke"'],
    [['sessions', 'list', '--all'], '"sessions list" has no option --all'],
    [['sessions', 'list', '--sub', 'a', '--id', 'b'], 'give only one of --sub'],
    [['sessions', 'revoke'], 'say whose sessions'],
    [['sessions', 'revoke', '--all', '--upstream', 'okta'], 'say whose sessions'],
    [['audit'], 'expected "audit export" or "audit verify"'],
    [['audit', 'export', '--after', 'x'], '--after must be a number'],
    [['audit', 'export', '--after', '1', '--after-batch', '0'], 'exclude each other'],
    [['audit', 'verify', '--head', '7'], '--head must be N:HASH'],
    [['audit', 'verify', '--after', '7'], '"audit verify" has no option --after'],
    [['compromised'], 'expected --keys, --database or --both'],
    [['compromised', '--bogus'], "Unknown option '--bogus'"],
    [['doctor', '--config', '--json'], "Option '--config' argument is ambiguous"],
    [['schema', '--bogus'], "Unknown option '--bogus'"],
  ])('%j is told in one line, and where to read more', async (argv, message) => {
    const { code, err } = await latchkey(...argv);
    expect(code).toBe(2);
    expect(err).toMatch(new RegExp(`^latchkey ${argv[0]}: .*\\nSee "latchkey ${argv[0]} --help".\\n$`));
    expect(err).toContain(message);
  });

  it('names an unknown command', async () => {
    expect(await latchkey('sevre')).toMatchObject({ code: 2, err: expect.stringContaining('"sevre"') });
  });
});

describe('a broker that cannot start says why, without a stack', () => {
  it('has no configuration', async () => {
    const { code, err } = await latchkey('serve', '--config', join(folder, 'nowhere.yaml'));
    expect(code).toBe(1);
    expect(err).toMatch(/^latchkey: .*nowhere\.yaml does not exist\. .*\n$/);
  });

  it('has a bracket too few: one fault, not those that follow from it', async () => {
    const file = join(folder, 'broken.yaml');
    writeFileSync(file, 'upstreams: [\nresources: {{\n');
    expect((await latchkey('serve', '--config', file)).err).toMatch(/has 1 fault:\n.*\(line 2\)\n$/);
  });

  it('has no folder for its database', async () => {
    const file = join(folder, 'latchkey.yaml');
    writeFileSync(
      file,
      `issuer: https://latchkey.example.com
store: sqlite:${join(folder, 'missing', 'latchkey.db')}
keys_file: keys
upstreams: { okta: { issuer: "https://acme.okta.com", client_id: latchkey, client_secret: "\${HOME}" } }
resources: { "https://api.example.com": { name: API, scopes: { a: A } } }
`,
    );
    for (const command of ['migrate', 'sessions list']) {
      const { code, err } = await latchkey(...command.split(' '), '--config', file);
      expect(code).toBe(1);
      expect(err).toContain('its folder does not exist');
      expect(err).not.toContain('    at ');
    }
  });
});

describe("an administrator without the providers' secrets", () => {
  const providers = [
    ['an unset variable', `client_secret: "\${NO_SUCH_VARIABLE}", hooks: { okta_events_secret: "\${NOR_THIS}" }`],
    ['a file that is elsewhere', 'client_secret_file: nowhere/client-secret'],
    ['a key that is elsewhere', 'private_key_file: nowhere/key.pem'],
  ];
  const commands = ['migrate', 'keys list', 'sessions list', 'audit export', 'audit verify', 'sessions revoke --all'];

  it.each(providers)('works on the store: %s', async (_, secret) => {
    const own = mkdtempSync(join(folder, 'without-'));
    const file = join(own, 'latchkey.yaml');
    writeFileSync(
      file,
      `issuer: https://latchkey.example.com
store: sqlite:./latchkey.db
keys_file: keys
upstreams: { okta: { issuer: "https://acme.okta.com", client_id: latchkey, ${secret} } }
resources: { "https://api.example.com": { name: API, scopes: { a: A } } }
`,
    );
    expect((await latchkey('keys', 'init', '--file', join(own, 'keys'))).code).toBe(0);
    for (const command of commands) {
      expect({ command, ...(await latchkey(...command.split(' '), '--config', file)) }).toMatchObject({
        code: 0,
        err: '',
      });
    }
    const explained = await latchkey('policy', 'explain', '--origin', 'a', '--resource', 'b', '--config', file);
    expect(explained).toMatchObject({ code: 1, out: expect.stringContaining('Denied'), err: '' });
    for (const command of ['serve', 'doctor']) {
      const { code, err } = await latchkey(command, '--config', file);
      expect([code, err]).toEqual([1, expect.stringMatching(/upstreams\.okta/)]);
    }
  });
});

describe('an administrator who is early, or whose folder is missing, gets no stack', () => {
  // "No matching sessions" and "Revoked 0 sessions" would be untrue of a database at a mistyped path.
  it.each([
    'sessions list',
    'sessions revoke --all',
    'people erase --sub nobody --yes',
    'audit export',
    'audit verify',
    'keys list',
    'keys rotate sealing',
    'keys revoke signing --all',
    'compromised --both',
    'policy explain --origin a --resource b --subject nobody',
  ])('latchkey %s makes no database, and says that there is none', async (command) => {
    const file = join(folder, 'new.yaml');
    const path = join(mkdtempSync(join(folder, 'new-')), 'latchkey.db');
    const keysFile = join(folder, 'new-keys');
    if (!existsSync(keysFile)) await latchkey('keys', 'init', '--file', keysFile);
    const keysBefore = readFileSync(keysFile, 'utf8');
    writeFileSync(
      file,
      `issuer: https://latchkey.example.com
store: sqlite:${path}
keys_file: ${keysFile}
upstreams: { okta: { issuer: "https://acme.okta.com", client_id: latchkey, client_secret: "\${HOME}" } }
resources: { "https://api.example.com": { name: API, scopes: { a: A } } }
`,
    );
    const refused = {
      code: 1,
      out: '',
      err: `latchkey: there is no Latchkey database at ${path} (missing_store). Nothing was changed. Correct "store" in the configuration. If no broker has run yet, start one, or run "latchkey migrate".\n`,
    };
    vi.restoreAllMocks();
    expect(await latchkey(...command.split(' '), '--config', file)).toEqual(refused);
    expect(existsSync(path)).toBe(false);
    // As an earlier version left it.
    writeFileSync(path, '', { mode: 0o600 });
    vi.restoreAllMocks();
    expect(await latchkey(...command.split(' '), '--config', file)).toEqual(refused);
    expect(readFileSync(keysFile, 'utf8')).toBe(keysBefore);
  });

  it('latchkey init leaves nothing if it can not write the key file', async () => {
    const file = join(folder, 'alone.yaml');
    const answers =
      '--issuer https://latchkey.example.com --preset okta --upstream-issuer https://acme.okta.com --client-id x ' +
      `--site https://shop.example.com --api https://api.example.com --keys ${join(folder, 'nowhere', 'keys')}`;
    const { code, err } = await latchkey('init', '--config', file, ...answers.split(' '));
    expect([code, err]).toEqual([1, expect.stringMatching(/keys: its folder does not exist\./)]);
    expect(existsSync(file)).toBe(false);
  });

  it('latchkey init names the folder that it can not write to', async () => {
    const file = join(folder, 'nowhere', 'latchkey.yaml');
    const answers =
      '--issuer https://latchkey.example.com --preset okta --upstream-issuer https://acme.okta.com --client-id x ' +
      '--site https://shop.example.com --api https://api.example.com';
    const { code, err } = await latchkey('init', '--config', file, ...answers.split(' '));
    expect(code).toBe(1);
    expect(err).toMatch(/^latchkey: can't write .*latchkey\.yaml: its folder does not exist\. Create the folder .*\n$/);
  });
});
