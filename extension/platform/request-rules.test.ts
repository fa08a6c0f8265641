import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { RequestRule } from './request-rules.ts';

/** A browser that makes none of the new rules if it can't read one. */
const fakes = vi.hoisted(() => ({ rules: [] as { id: number; condition: { regexFilter: string } }[] }));
vi.mock('./browser.ts', () => ({
  browser: {
    declarativeNetRequest: {
      isRegexSupported: async ({ regex }: { regex: string }) =>
        regex.includes('bad') ? { isSupported: false, reason: 'memoryLimitExceeded' } : { isSupported: true },
      getSessionRules: async () => fakes.rules,
      async updateSessionRules(change: { removeRuleIds: number[]; addRules: typeof fakes.rules }) {
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

it('a rule that the browser can’t read is reported, and the others hold', async () => {
  await requestRules.replace([rule('^a$'), rule('^bad$'), rule('^b$')]);
  expect(reported).toEqual(['memoryLimitExceeded: ^bad$']);
  expect(await requestRules.replace([rule('^b$')])).toMatchObject([
    { regexFilter: '^a$', tabIds: [7] },
    { regexFilter: '^b$', tabIds: [7] },
  ]);
  expect(await requestRules.replace([])).toMatchObject([{ regexFilter: '^b$' }]);
});
