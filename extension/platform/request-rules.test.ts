import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import type { RequestRule } from './request-rules.ts';

/** A browser that makes none of the new rules if it can't read one, or if they are too many. */
const fakes = vi.hoisted(() => ({ rules: [] as { id: number; condition: { regexFilter: string } }[] }));
vi.mock('./browser.ts', () => ({
  browser: {
    declarativeNetRequest: {
      isRegexSupported: async ({ regex }: { regex: string }) =>
        regex.includes('bad') ? { isSupported: false, reason: 'memoryLimitExceeded' } : { isSupported: true },
      getSessionRules: async () => fakes.rules,
      async updateSessionRules(change: { removeRuleIds: number[]; addRules: typeof fakes.rules }) {
        if (change.addRules.length > 1_000) throw new Error('too many');
        if (change.addRules.some(({ condition }) => condition.regexFilter.includes('bad'))) throw new Error('bad rule');
        fakes.rules = [...fakes.rules.filter(({ id }) => !change.removeRuleIds.includes(id)), ...change.addRules];
      },
    },
  },
}));
const { requestRules } = await import('./request-rules.ts');

const reported: unknown[] = [];
beforeAll(() => {
  vi.stubGlobal('reportError', (error: unknown) => reported.push(error));
});
afterAll(() => {
  vi.unstubAllGlobals();
});
const rule = (regexFilter: string): RequestRule => ({
  condition: {
    regexFilter,
    isUrlFilterCaseSensitive: true,
    initiatorDomains: ['a.test'],
    resourceTypes: ['xmlhttprequest'],
    tabIds: [7],
  },
  action: { type: 'modifyHeaders', requestHeaders: [] as never },
});

beforeEach(() => {
  fakes.rules = [];
  reported.length = 0;
});

it('a rule that the browser can’t read is reported and not counted as made, and the others hold', async () => {
  const { made } = await requestRules.replace([rule('^a$'), rule('^bad$'), rule('^b$')]);
  expect(made).toEqual([rule('^a$'), rule('^b$')]);
  expect(reported).toEqual(['memoryLimitExceeded: ^bad$']);
  expect((await requestRules.replace([rule('^b$')])).before).toMatchObject([
    { condition: { regexFilter: '^a$', tabIds: [7] } },
    { condition: { regexFilter: '^b$', tabIds: [7] } },
  ]);
  expect((await requestRules.replace([])).before).toMatchObject([{ condition: { regexFilter: '^b$' } }]);
});

it('rules beyond what browsers allow are not made, and the others hold', async () => {
  const { made } = await requestRules.replace(Array.from({ length: 1_001 }, (_, n) => rule(`^${n}$`)));
  expect(fakes.rules).toHaveLength(1_000);
  expect(made).toHaveLength(1_000);
});
