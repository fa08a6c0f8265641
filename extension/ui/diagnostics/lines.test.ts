import { describe, expect, it } from 'vitest';
import type { DiagnosticFacts } from '../../protocol/ui.ts';
import type { Findings, Surroundings } from './findings.ts';
import { type LineId, linesOf } from './lines.ts';

const around: Surroundings = {
  policy: { set: [], unread: [] },
  access: true,
  key: 'held',
  sites: [{ origin: 'https://shop.test', reachable: true, bridge: true }],
};
const facts: DiagnosticFacts = {
  broker: { url: 'https://latchkey.test', source: 'person' },
  profile: 'p',
  session: { state: 'active', account: 'Ada Lovelace' },
  stream: 'open',
  sites: ['https://shop.test'],
};
const found: Findings = {
  browser: 'Firefox 153, Linux',
  version: '1.2.3',
  background: { ms: 2 },
  facts: { ...facts, around },
  reach: { ms: 23, clockMs: 400 },
  provider: { host: 'idp.test' },
};

/** The verdicts other than `ok`. */
const verdicts = (findings: Findings) =>
  Object.fromEntries(
    linesOf(findings, (name) => name, 'en')
      .filter(({ verdict }) => verdict !== 'ok')
      .map(({ id, verdict }) => [id, verdict]),
  );
const withFacts = (more: Partial<DiagnosticFacts>, there: Partial<Surroundings> = {}) =>
  verdicts({ ...found, facts: { ...facts, ...more, around: { ...around, ...there } } });

describe('diagnostics', () => {
  it('say of a healthy Latchkey that all is well, in the order of a token’s way', () => {
    const lines = linesOf(found, (name) => name, 'en');
    expect(lines.map(({ verdict }) => verdict)).toEqual(lines.map(() => 'ok'));
    expect(lines.map(({ id }) => id).join(' ')).toBe(
      'browser background policy broker access reach clock provider session key stream sites problem',
    );
  });

  it('have numbers and lists as the language writes them', () => {
    const wordsOf = (clockMs: number, tag: string) => {
      const say = (name: string, ...parts: string[]) => [name, ...parts].join(' | ');
      const policy = { set: ['broker_url', 'provider'], unread: [] };
      const lines = linesOf(
        { ...found, facts: { ...facts, around: { ...around, policy } }, reach: { ms: 1_234, clockMs } },
        say,
        tag,
      );
      return Object.fromEntries(lines.map(({ id, words }) => [id, words]));
    };
    expect(wordsOf(60_000, 'en')).toMatchObject({
      clock: 'diag_clock_off | 1 minute',
      reach: 'diag_answered | 1,234 ms',
      policy: 'diag_policy_set | broker_url and provider',
    });
    expect(wordsOf(180_000, 'de')).toMatchObject({
      clock: 'diag_clock_off | 3 Minuten',
      reach: 'diag_answered | 1.234 ms',
      policy: 'diag_policy_set | broker_url und provider',
    });
    expect(wordsOf(180_000, 'ar').clock).toContain('دقائق');
  });

  it('tell whether tokens are attached, in builds that attach some', () => {
    const lineOf = (attached: Surroundings['attached']) =>
      linesOf({ ...found, facts: { ...facts, around: { ...around, attached } } }, (name) => name, 'en').find(
        ({ id }) => id === 'attached',
      );
    const denied = { code: 'policy_denied', message: 'no' } as const;
    const problems = { 'https://legacy.test https://api.test': denied };
    expect(lineOf(undefined)).toBeUndefined();
    expect(lineOf({ missing: [], problems: {} })).toMatchObject({ verdict: 'ok', words: 'diag_attached_ok' });
    expect(lineOf({ missing: ['https://api.test/*', 'https://b.test/*'], problems })).toMatchObject({
      verdict: 'failed',
      words: 'attached_off',
      fact: 'not allowed: https://api.test/* https://b.test/*',
    });
    const more = { ...problems, 'https://b.test https://api.test': denied, 'https://c.test https://api.test': denied };
    expect(lineOf({ missing: [], problems: more })?.fact).toBe(
      'https://legacy.test https://api.test: policy_denied: no (and 2 more)',
    );
    expect(lineOf({ missing: [], problems })).toMatchObject({
      verdict: 'attention',
      words: 'problem_policy_denied',
      fact: 'https://legacy.test https://api.test: policy_denied: no',
    });
  });

  it('wait for what is not known yet', () => {
    const { browser, version, background } = found;
    const begun = { browser, version };
    expect(new Set(Object.values(verdicts(begun)))).toEqual(new Set(['checking']));
    expect(verdicts({ ...begun, background, facts: found.facts })).toEqual({
      reach: 'checking',
      clock: 'checking',
      provider: 'checking',
    });
  });

  it('say nothing of what comes after a background that is dead', () => {
    const { browser, version } = found;
    const { background, ...rest } = verdicts({ browser, version, background: 'failed' });
    expect(background).toBe('failed');
    expect(new Set(Object.values(rest))).toEqual(new Set(['skipped']));
  });

  it('stop at a broker that is not known, not allowed, or not there', () => {
    const after: Partial<Record<LineId, string>> = { reach: 'skipped', clock: 'skipped', provider: 'skipped' };
    expect(withFacts({ broker: undefined }, { access: false })).toEqual({
      broker: 'failed',
      access: 'skipped',
      ...after,
    });
    expect(withFacts({}, { access: false })).toEqual({ access: 'failed', ...after });
    const error = { code: 'offline', message: 'no network' } as const;
    expect(verdicts({ ...found, reach: { error }, provider: undefined })).toEqual({ ...after, reach: 'failed' });
    expect(verdicts({ ...found, provider: { error } })).toEqual({ provider: 'failed' });
  });

  it.each([
    [59_000, {}],
    [-59_000, {}],
    [61_000, { clock: 'attention' }],
    [-3_600_000, { clock: 'attention' }],
  ])('look at a clock that is %i ms ahead', (clockMs, expected) => {
    expect(verdicts({ ...found, reach: { ms: 1, clockMs } })).toEqual(expected);
  });

  it('want the person where a site, the session, the key or the policy is not as it should be', () => {
    expect(withFacts({}, { policy: { set: ['x'], unread: ['x'] } })).toEqual({ policy: 'attention' });
    expect(withFacts({ session: undefined }, { key: 'none' })).toEqual({ session: 'attention', sites: 'skipped' });
    expect(withFacts({ session: { state: 'reauth_required', account: 'a' } })).toEqual({ session: 'attention' });
    expect(withFacts({}, { key: 'none' })).toEqual({ key: 'failed' });
    expect(withFacts({}, { key: 'extractable' })).toEqual({ key: 'failed' });
    expect(withFacts({ stream: 'waiting' })).toEqual({ stream: 'attention' });
    expect(withFacts({}, { sites: [{ origin: 'https://shop.test', reachable: true, bridge: false }] })).toEqual({
      sites: 'attention',
    });
    expect(withFacts({ problem: { code: 'expired', message: 'late' } })).toEqual({ problem: 'attention' });
  });
});
