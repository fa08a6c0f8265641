import { parseArgs } from 'node:util';
import { type ScenarioName, scenarioNames } from './scenarios/index.ts';

export interface ChaosOptions {
  kills: number;
  store: 'sqlite' | 'postgres';
  replicas: number;
  seed: number;
  json: boolean;
  help: boolean;
  scenario: ScenarioName | undefined;
}

/** A command line error, with the correct usage. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const usage = `npm run chaos -- [options]

Signs people and devices in at real broker processes and keeps asking for tokens while processes are killed, the
provider is slow, fails and hangs up, connections are cut and clocks step. Nothing may be lost: the exit code is 0 only
if no session was lost, no refresh token was used twice, no device code was redeemed twice, and every token was right.

  --kills N          how many processes to kill (default 60)
  --store NAME       sqlite (default) or postgres, a real one, which is killed too
  --replicas N       how many brokers (default: 1 on sqlite, 3 on postgres)
  --seed S           of the choices that are made (default: drawn, and printed)
  --scenario NAME    plays one of these instead: ${scenarioNames.join(', ')}
  --json             ends with one line of JSON
  --help             prints this`;

/** @throws {UsageError} */
export function parseOptions(args: string[], random: () => number): ChaosOptions {
  const { kills, store, replicas, seed, json, help, scenario } = parse(args);
  if (store !== 'sqlite' && store !== 'postgres') throw new UsageError('--store is sqlite or postgres');
  if (scenario !== undefined && !isScenario(scenario))
    throw new UsageError(`--scenario is one of ${scenarioNames.join(', ')}`);
  return {
    kills: count('--kills', kills, 0),
    store,
    replicas: replicas === undefined ? (store === 'sqlite' ? 1 : 3) : count('--replicas', replicas, 1),
    seed: seed === undefined ? Math.floor(random() * 2 ** 31) : count('--seed', seed, 0),
    json,
    help,
    scenario,
  };
}

const isScenario = (name: string): name is ScenarioName => (scenarioNames as readonly string[]).includes(name);

function count(option: string, text: string, least: number): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < least)
    throw new UsageError(`${option} is "${text}": give a whole number from ${least} on`);
  return number;
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        kills: { type: 'string', default: '60' },
        store: { type: 'string', default: 'sqlite' },
        replicas: { type: 'string' },
        seed: { type: 'string' },
        scenario: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
