import { describe, expect, it } from 'vitest';
import { isDatabaseUrl } from './database-url.ts';
import { ConfigError } from './fault.ts';
import { parseConfig } from './load.ts';

const parse = (store: string) =>
  parseConfig(
    `
issuer: https://latchkey.example.com
keys_file: keys
store: \${DATABASE_URL}
upstreams: { okta: { issuer: "https://acme.okta.com", client_id: x, client_secret: "\${SECRET}" } }
resources: {}`,
    '/nowhere/latchkey.yaml',
    { SECRET: 'of-this-test-only', DATABASE_URL: store },
  );

describe('the URL of a database', () => {
  it.each([
    'postgres://latchkey@db/latchkey',
    'postgresql://latchkey:simple@db.example.com:5432/latchkey?sslmode=verify-full',
    'postgres://latchkey:a%23b%40c%2Fd%25e@db/latchkey',
    'postgres://latchkey:two@signs:and:colons@db/latchkey',
    'postgres:///latchkey?host=/var/run/postgresql',
    'postgres://%2Fvar%2Frun%2Fpostgresql/latchkey',
    'postgres://latchkey:pw@db/latchkey?application_name=ops@example.com',
  ])('is taken as it is: %s', (url) => {
    expect(isDatabaseUrl(url)).toBe(true);
    expect(parse(url).store).toBe(url);
  });

  it.each([
    ['#', 'postgres://latchkey:hun#ter2@db/latchkey'],
    ['# after a number', 'postgres://latchkey:12#ter2@db/latchkey'],
    ['/', 'postgres://latchkey:hun/ter2@db/latchkey'],
    ['/ after a number', 'postgres://latchkey:12/ter2@db/latchkey'],
    ['?', 'postgres://latchkey:hun?ter2@db/latchkey'],
    ['? after a number', 'postgres://latchkey:12?ter2@db/latchkey'],
    ['%', 'postgres://latchkey:hunter2%zz@db/latchkey'],
    ['% at the end', 'postgres://latchkey:hunter2%@db/latchkey'],
    ['[', 'postgres://latchkey:hunter2@[/latchkey'],
  ])(
    'is a fault of the configuration with a password that has an unescaped %s, which is not repeated',
    (_sign, url) => {
      expect(() => parse(url)).toThrow(ConfigError);
      expect(() => parse(url)).toThrow(/store: .*percent-encode/);
      expect(() => parse(url)).not.toThrow(/ter2/);
    },
  );
});
