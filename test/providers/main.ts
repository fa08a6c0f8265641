import { stopSignal } from '../../demo/stop-signal.ts';
import { faults } from './faults/faults.ts';
import { type Observation, observe } from './faults/observe.ts';
import { documented, type FaultColumn, printFaults } from './faults/table.ts';
import { hydra } from './hydra/hydra.ts';
import { keycloak } from './keycloak/keycloak.ts';
import { oidcProviders } from './oidc-provider/oidc-provider.ts';
import { readOptions } from './options.ts';
import { NotHere, type Provider, type StepName, stepNames } from './provider.ts';
import { type Stack, startGround, startStack } from './stack.ts';
import { steps } from './steps/steps.ts';
import { type Column, type Outcome, printSkipped, printTable, type Skipped } from './table.ts';

/** `npm run providers`: does all that Latchkey is for with real identity providers, in a real browser. */

const say = (line: string) => console.log(line);
const all: readonly Provider[] = [keycloak, hydra, ...oidcProviders];
const options = readOptions(all.map(({ name }) => name));

// Programs and browser end with this process.
stopSignal().addEventListener('abort', () => process.exit(1));

const skipped: Skipped[] = [];
/** Providers that did not start, with the reason. */
const broken = new Map<string, string>();
const isRight = options.faults ? await playFaults() : await playSteps();
for (const [name, why] of broken) say(`${name}: did not start. ${why}`);
process.exitCode = isRight && broken.size === 0 ? 0 : 1;

async function playSteps(): Promise<boolean> {
  const columns = await atEach(async (stack): Promise<Pick<Column, 'outcomes'>> => {
    const outcomes = new Map<StepName, Outcome>();
    for (const step of stepNames) {
      const outcome = await outcomeOf(stack, step);
      outcomes.set(step, outcome);
      say(`  ${step}: ${outcome.kind === 'right' ? `${outcome.ms} ms` : `${outcome.kind}: ${outcome.why}`}`);
    }
    return { outcomes };
  });
  printSkipped(skipped, say);
  return printTable(columns, say);
}

async function playFaults(): Promise<boolean> {
  const names = faults.map(({ name }) => name);
  const columns = await atEach(async (stack): Promise<Pick<FaultColumn, 'seen'>> => {
    const seen = new Map<string, Observation>();
    for (const fault of faults) {
      const observation = await observe(stack, fault).catch(async (error: Error) => {
        await stack.photograph(fault.name.replaceAll(' ', '-'));
        say(`  ${fault.name}: ${error.message}`);
      });
      if (!observation) continue;
      seen.set(fault.name, observation);
      say(`  ${fault.name}: ${observation.wrong ?? 'right'}`);
    }
    return { seen };
  });
  printSkipped(skipped, say);
  const wrong = printFaults(names, columns, say);
  const docs = documented(
    names,
    columns,
    all.map(({ name }) => name),
  );
  if (options.write) docs.write();
  else if (!docs.isTrue) say('docs/diagnosis-at-providers.md says something else: compare after --write.');
  return wrong === 0 && (options.write || docs.isTrue);
}

/** Starts one provider after the other. */
async function atEach<T>(play: (stack: Stack) => Promise<T>) {
  const results: (T & { name: string; version: string; ms: number })[] = [];
  const ground = await startGround();
  try {
    for (const provider of all.filter(({ name }) => options.names.includes(name))) {
      const program = await provider.provide(say).catch((error: unknown) => {
        if (!(error instanceof NotHere)) throw error;
        skipped.push({ name: provider.name, why: error.message });
      });
      if (!program) continue;
      const begun = Date.now();
      const stack = await startStack(ground, provider, program).catch((error: Error) => {
        broken.set(provider.name, error.message);
      });
      if (!stack) continue;
      say(`${provider.name} ${program.version}: runs`);
      try {
        const result = await play(stack);
        results.push({ ...result, name: provider.name, version: program.version, ms: Date.now() - begun });
      } finally {
        await stack.close();
      }
    }
  } finally {
    await ground.close();
  }
  return results;
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
