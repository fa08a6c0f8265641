import { startPostgres } from '../../e2e/kit/postgres.ts';
import { type CrowdResult, hasPassed } from './crowd.ts';
import { lateClient } from './late-client.ts';
import { oneRefresh } from './one-refresh.ts';
import { outage } from './outage.ts';
import { hangWithoutRotation, unreadableAnswer, wrongSecret } from './provider-trouble.ts';

/** Scenarios that take too long for every test run. Each reports its result, and whether it passed. */
const scenarios = {
  async 'slow-provider'() {
    await using cleanUp = new AsyncDisposableStack();
    const postgres = await startPostgres();
    cleanUp.defer(() => postgres.close());
    const result = await oneRefresh({ store: postgres.url, answerMs: 8_000 });
    return { result, passed: result.upstreamRefreshes === 1 && result.reuses === 0 && result.statuses[200] === 600 };
  },
  async 'late-client'() {
    await using cleanUp = new AsyncDisposableStack();
    const postgres = await startPostgres();
    cleanUp.defer(() => postgres.close());
    const result = await lateClient({ store: postgres.url, leewayMs: 30_000 });
    return {
      result,
      passed: result.inTime.status === 200 && result.late.error === 'login_required' && result.reuses === 0,
    };
  },
  async outage() {
    await using cleanUp = new AsyncDisposableStack();
    const postgres = await startPostgres();
    cleanUp.defer(() => postgres.close());
    const result = await outage({ postgres, downMs: 20_000 });
    return { result, passed: result.others.length === 0 && result.lost === 0 && result.reuses === 0 };
  },
  'hang-without-rotation': () => onPostgres(hangWithoutRotation),
  'wrong-secret': () => onPostgres(wrongSecret),
  'unreadable-answer': () => onPostgres(unreadableAnswer),
} satisfies Record<string, () => Promise<{ result: object; passed: boolean }>>;

async function onPostgres(scenario: (setting: { store: string; count: number }) => Promise<CrowdResult>) {
  await using cleanUp = new AsyncDisposableStack();
  const postgres = await startPostgres();
  cleanUp.defer(() => postgres.close());
  const result = await scenario({ store: postgres.url, count: 3 });
  return { result, passed: hasPassed(result) };
}

export type ScenarioName = keyof typeof scenarios;
export const scenarioNames = Object.keys(scenarios) as ScenarioName[];

export const playScenario = (name: ScenarioName): Promise<{ result: object; passed: boolean }> => scenarios[name]();
