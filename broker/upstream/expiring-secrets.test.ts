import { describe, expect, it } from 'vitest';
import { parseConfig } from '../config/load.ts';
import { checkSecretExpiry } from '../doctor/secret-expiry.ts';
import { createSecretExpiryWarnings } from './expiring-secrets.ts';

const day = 86_400_000;

const configOf = (expiry: string) =>
  parseConfig(
    `
issuer: https://latchkey.example.com
keys_file: keys
upstreams:
  okta: { issuer: "https://acme.okta.com", client_id: x, client_secret: "\${SECRET}", client_secret_expires_at: ${expiry} }
resources: { "https://api.example.com": { name: API, scopes: { read: Read } } }`,
    '/nowhere/latchkey.yaml',
    { SECRET: 'of-this-test-only' },
  );
const upstreamOf = (expiry: string) => {
  const upstream = configOf(expiry).upstreams.get('okta');
  if (!upstream) throw new Error('the configuration has it');
  return upstream;
};

describe('client_secret_expires_at', () => {
  it.each([
    ['2027-05-31', '2027-05-31T00:00:00.000Z'],
    ['2027-05-31T12:30:00+02:00', '2027-05-31T10:30:00.000Z'],
    ['2027-05-31T12:30Z', '2027-05-31T12:30:00.000Z'],
    ['"2027-05-31"', '2027-05-31T00:00:00.000Z'],
    ['1811721600', '2027-05-31T00:00:00.000Z'],
  ])('%s is %s', (written, time) => {
    expect(new Date(upstreamOf(written).secretExpiresAt ?? 0).toISOString()).toBe(time);
  });

  it('0 is never, as in RFC 7591', () => {
    expect(upstreamOf('0').secretExpiresAt).toBeUndefined();
  });

  it.each(['soon', '2027-02-30', '2027-13-01', '2027-05-31T12:30', '31.05.2027', '-1', '1.5', '1811721600000', '[]'])(
    '%s is refused, with what would be right',
    (written) => {
      expect(() => configOf(written)).toThrow(/client_secret_expires_at.*must be a date such as 2027-05-31/);
    },
  );
});

describe('doctor', () => {
  const expiry = Date.parse('2027-05-31T00:00Z');
  it.each([
    [31 * day, 'ok', 'expires on 2027-05-31'],
    [30 * day, 'ok', 'expires on 2027-05-31'],
    [30 * day - 1, 'warning', 'expires in 29 days, on 2027-05-31. Nobody can sign in after that'],
    [day, 'warning', 'expires in 1 day, on 2027-05-31. Nobody can sign in after that'],
    [1, 'warning', 'expires in less than a day, on 2027-05-31. Nobody can sign in after that'],
    [-1, 'warning', 'expired on 2027-05-31, as client_secret_expires_at says'],
  ])('%d ms before the end: %s', (before, level, what) => {
    expect(checkSecretExpiry(upstreamOf('2027-05-31'), expiry - before)).toEqual([
      expect.objectContaining({ level, what, check: 'okta: client secret' }),
    ]);
  });

  it('says nothing where no date is known', () => {
    expect(checkSecretExpiry(upstreamOf('0'), expiry)).toEqual([]);
  });
});

it('the log says so once a day, and again when the date was changed', () => {
  const lines: object[] = [];
  let now = Date.parse('2027-04-30T00:00Z');
  const { upstreams } = configOf('2027-05-31');
  const config = { upstreams };
  const warn = createSecretExpiryWarnings({ config, log: { warn: (line) => lines.push(line) }, now: () => now });
  const after = (ms: number) => {
    now += ms;
    lines.length = 0;
    warn();
    return lines;
  };
  expect(after(0)).toEqual([]);
  expect(after(day + 1)).toEqual([
    expect.objectContaining({ event: 'client_secret_expires', upstream: 'okta', date: '2027-05-31', days_left: 29 }),
  ]);
  expect(after(60_000)).toEqual([]);
  expect(after(day)).toHaveLength(1);
  config.upstreams = configOf('2027-05-20').upstreams;
  expect(after(60_000)).toEqual([expect.objectContaining({ date: '2027-05-20' })]);
  config.upstreams = configOf('2029-05-31').upstreams;
  expect(after(day)).toEqual([]);
});
