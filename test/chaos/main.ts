import { parseOptions, UsageError, usage } from './options.ts';
import { play } from './play.ts';
import { playScenario } from './scenarios/index.ts';
import { isClean, toJson } from './tally.ts';

const say = (line: string): void => console.error(line);

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2), Math.random);
  if (options.help) {
    console.log(usage);
    return 0;
  }
  if (options.scenario !== undefined) {
    const { result, passed } = await playScenario(options.scenario);
    console.log(JSON.stringify({ scenario: options.scenario, passed, ...result }));
    return passed ? 0 : 1;
  }
  say(`seed ${options.seed}: ${options.kills} kills, ${options.replicas} × broker on ${options.store}`);
  const startedAt = Date.now();
  const tally = await play(options, say);
  say(`${Math.round((Date.now() - startedAt) / 1_000)} s`);
  const result = toJson(options.seed, tally);
  console.log(options.json ? result : result.replaceAll(/[{}"]/g, '').replaceAll(',', ', '));
  return isClean(tally) ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  say(`${error.message}\n\n${usage}`);
  process.exitCode = 2;
}
