import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseConfig } from '../config/load.ts';
import { initRing } from '../keys/ring.ts';
import { brokerVersion } from '../store/broker-version.ts';
import { migrate } from '../store/sql/migrate.ts';
import { migrations } from '../store/sql/migrations/migrations.ts';
import { openSqlite } from '../store/sql/sqlite.ts';
import { checkAdvice, checkStorage } from './local.ts';

const proxies = 'trusted_proxies: ["10.0.0.5/32"]';

const advice = (adminListen: string, lifetime: string, more = proxies) =>
  checkAdvice(
    parseConfig(
      `
issuer: https://latchkey.example.com
listen: 0.0.0.0:8787
admin_listen: ${adminListen}
keys_file: keys
upstreams:
  okta: { issuer: "https://acme.okta.com", client_id: x, client_secret: "\${SECRET}", preset: okta, refresh_leeway: 30s }
resources:
  https://api.example.com: { name: API, scopes: { read: Read }, lifetime: ${lifetime} }
${more}`,
      '/nowhere/latchkey.yaml',
      { SECRET: 'of-this-test-only' },
    ),
  ).map(({ level, what }) => `${level}: ${what}`);

it('warns of nothing where there is nothing', () => {
  expect(advice('127.0.0.1:8788', '1h')).toEqual(['ok: OK']);
});

it.each(['0.0.0.0:8788', '"[::]:8788"'])('warns of an admin_listen that everybody reaches: %s', (listen) => {
  expect(advice(listen, '5m')).toEqual([expect.stringContaining('warning: admin_listen accepts connections')]);
});

it('warns of no trusted proxy where there must be one', () => {
  expect(advice('127.0.0.1:8788', '5m', '')).toEqual(['warning: trusted_proxies is empty']);
});

it('warns of groups that may not fit into a token', () => {
  const groupsAre = (groups: string) => advice('127.0.0.1:8788', `5m, groups: ${groups}`);
  expect(groupsAre('all')).toEqual([expect.stringContaining('tokens carry all groups of a person')]);
  const list = (count: number) => `[${Array.from({ length: count }, (_, index) => `okta:group-number-${index}`)}]`;
  expect(groupsAre(list(200))).toEqual([expect.stringContaining("don't fit into a token together")]);
  expect(groupsAre(list(50))).toEqual(['ok: OK']);
});

it.each([
  ['10.0.0.0/8', true],
  ['172.16.0.0/12', true],
  ['10.1.2.0/24', true],
  ['fd00::/64', true],
  ['10.0.0.5/32', false],
  ['10.0.0.0/28', false],
  ['fd00::1/128', false],
])('warns of trusted_proxies that cover a whole network: %s', (block, isWide) => {
  const expected = isWide ? `warning: trusted_proxies: ${block} is a whole network` : 'ok: OK';
  expect(advice('127.0.0.1:8788', '5m', `trusted_proxies: ["${block}"]`)).toEqual([expected]);
});

it('warns of tokens that live for hours: what is fresh for a quarter of one does not, but for a service', () => {
  const warning = ['warning: resources.https://api.example.com: tokens live for 8 h'];
  const service = `services:
  report: { public_jwk: { kty: OKP, crv: Ed25519, x: abc }, allow: { "https://api.example.com": [read] } }`;
  expect(advice('127.0.0.1:8788', '8h, fresh: 12h')).toEqual(warning);
  expect(advice('127.0.0.1:8788', '8h')).toEqual(['ok: OK']);
  expect(advice('127.0.0.1:8788', '8h', `${proxies}\n${service}`)).toEqual(warning);
});

describe('the store', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'latchkey-doctor-'));
    initRing(join(folder, 'keys'), Date.now());
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const findings = async () => {
    const config = parseConfig(
      `
issuer: https://latchkey.example.com
store: sqlite:./latchkey.db
keys_file: keys
upstreams: { okta: { issuer: "https://acme.okta.com", client_id: x, client_secret: "\${SECRET}", preset: okta } }
resources: { "https://api.example.com": { name: API, scopes: { read: Read } } }`,
      join(folder, 'latchkey.yaml'),
      { SECRET: 'of-this-test-only' },
    );
    return (await checkStorage(config)).filter(({ check }) => check === 'store');
  };
  const upgrade = async (oldestBroker: string) => {
    const database = openSqlite({ path: join(folder, 'latchkey.db'), now: () => Date.now() });
    const next = { name: '9000-next', oldestBroker, up: async () => undefined };
    await migrate(database, { version: '9.0.0', migrations: [...migrations, next] });
    await database.db.destroy();
  };

  it('is found out to be of a newer release, before the broker is stopped', async () => {
    await upgrade('8.0.0');
    expect(await findings()).toEqual([
      {
        level: 'failed',
        check: 'store',
        what: `Latchkey 9.0.0 has upgraded the database (migration "9000-next"), and this is version ${brokerVersion}, which can't use it any more (newer_store)`,
        cure: 'Run version 8.0.0 or newer, or restore the backup from before the upgrade.',
      },
    ]);
  });

  it('takes no writes, though it answers', async () => {
    const path = join(folder, 'latchkey.db');
    const database = openSqlite({ path, now: () => Date.now() });
    await migrate(database, { version: brokerVersion, migrations });
    await database.db.destroy();
    const file = new DatabaseSync(path);
    for (const { name } of file.prepare("select name from sqlite_schema where type = 'table'").all()) {
      if (/^sqlite_/.test(String(name))) continue;
      file.exec(`create trigger "full_${name}" before insert on "${name}"
        begin select raise(abort, 'database or disk is full'); end`);
    }
    file.close();
    expect(await findings()).toEqual([
      { level: 'ok', check: 'store', what: 'connected (sqlite)' },
      {
        level: 'failed',
        check: 'store',
        what: expect.stringMatching(/^takes no writes \(.*database or disk is full.*\)$/),
        cure: 'Free disk space, or make the database writable.',
      },
    ]);
  });

  it('is well if the newer release says so', async () => {
    await upgrade('0.1.0');
    expect(await findings()).toEqual([expect.objectContaining({ level: 'ok', what: 'connected (sqlite)' })]);
  });

  it('has no broker’s tables: the path may be wrong', async () => {
    writeFileSync(join(folder, 'latchkey.db'), '', { mode: 0o600 });
    const [found] = await findings();
    expect(found).toMatchObject({ level: 'ok', what: 'connected (sqlite); no broker has used this database yet' });
  });
});
