import { stopSignal } from '../../demo/stop-signal.ts';
import { hydra } from './hydra/hydra.ts';
import { keycloak } from './keycloak/keycloak.ts';
import { oidcProviders } from './oidc-provider/oidc-provider.ts';
import { namesToRun } from './options.ts';
import { NotHere, type Provider, type StepName, stepNames } from './provider.ts';
import { type Ground, type Stack, startGround, startStack } from './stack.ts';
import { steps } from './steps/steps.ts';
import { type Column, type Outcome, printTable, type Skipped } from './table.ts';

/** `npm run providers`: does all that Latchkey is for with real identity providers, in a real browser. */

const say = (line: string) => console.log(line);
const all: readonly Provider[] = [keycloak, hydra, ...oidcProviders];

const names = namesToRun(all.map(({ name }) => name));

// Programs and browser end with this process.
stopSignal().addEventListener('abort', () => process.exit(1));

const columns: Column[] = [];
const skipped: Skipped[] = [];
const ground = await startGround();
try {
  for (const provider of all.filter(({ name }) => names.includes(name))) {
    try {
      columns.push(await play(ground, provider));
    } catch (error) {
      if (!(error instanceof NotHere)) throw error;
      skipped.push({ name: provider.name, why: error.message });
    }
  }
} finally {
  await ground.close();
}
process.exitCode = printTable(columns, skipped, say) ? 0 : 1;

async function play(ground: Ground, provider: Provider): Promise<Column> {
  const program = await provider.provide(say);
  const begun = Date.now();
  const stack = await startStack(ground, provider, program);
  say(`${provider.name} ${program.version}: runs`);
  const outcomes = new Map<StepName, Outcome>();
  try {
    for (const step of stepNames) {
      const outcome = await outcomeOf(stack, step);
      outcomes.set(step, outcome);
      say(`  ${step}: ${outcome.kind === 'right' ? `${outcome.ms} ms` : `${outcome.kind}: ${outcome.why}`}`);
    }
  } finally {
    await stack.close();
  }
  return { name: provider.name, version: program.version, ms: Date.now() - begun, outcomes };
}

async function outcomeOf(stack: Stack, step: StepName): Promise<Outcome> {
  const why = stack.provider.cannot[step];
  if (why !== undefined) return { kind: 'none', why };
  const begun = Date.now();
  try {
    await steps[step](stack);
    return { kind: 'right', ms: Date.now() - begun };
  } catch (error) {
    await stack.photograph(step);
    return { kind: 'wrong', why: error instanceof Error ? error.message : String(error) };
  }
}
