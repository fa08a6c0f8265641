import { describe, expect, it } from 'vitest';
import type { Line } from './lines.ts';
import { type ReportOptions, reportOf } from './report.ts';

const broker = 'https://latchkey.test';
const options: ReportOptions = {
  at: Date.UTC(2026, 0, 2),
  withSites: false,
  sites: [{ origin: 'https://shop.test', reachable: true, bridge: false }],
  broker,
  account: 'Ada Lovelace',
};
const report = (fact: string, more: Partial<ReportOptions> = {}) => {
  const lines: Line[] = [{ id: 'problem', verdict: 'attention', words: 'Ada Lovelace, in the person’s words', fact }];
  return reportOf(lines, { ...options, ...more });
};

describe('what is copied', () => {
  it('has the facts in a line each, and when', () => {
    expect(report('offline: no network')).toBe(
      'Latchkey diagnostics, 2026-01-02T00:00:00.000Z\n\nproblem  attention  offline: no network\n',
    );
  });

  it.each([
    ['a name', 'nothing for Ada Lovelace today', 'Ada Lovelace'],
    ['a mail address', 'nothing for ada@corp.test today', 'ada@corp'],
    ['a site', 'https://shop.test:8443/cart?id=7 may not ask', 'shop.test'],
    ['a site in brackets', 'refused (https://shop.test)', 'shop.test'],
    ['the hosts without access', 'not allowed: https://legacy.test/* https://shop.test:8443/*', 'shop.test'],
    ['a token', 'got eyJhbGciOiJFUzI1NiIsInR5.eyJzdWIiOiJwMSJ9.c2lnbmF0dXJl', 'eyJzdWIi'],
    ['an opaque value', 'cookie b3BhcXVlLXZhbHVlLW9mLTEyOC1iaXRz', 'b3BhcXVl'],
  ])('has not %s, however it got into a message', (_what, fact, secret) => {
    expect(fact).toContain(secret);
    expect(report(fact)).not.toContain(secret);
  });

  it('keeps the broker’s address, and those of sites only where the person wants that', () => {
    expect(report(`${broker} (person)`)).toContain(broker);
    expect(report('https://shop.test may not ask')).not.toContain('shop.test');
    const told = report('https://shop.test may not ask', { withSites: true });
    expect(told).toContain('https://shop.test may not ask');
    expect(told).toContain('https://shop.test  reachable, no bridge');
  });
});
