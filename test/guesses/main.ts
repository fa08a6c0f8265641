import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { budgets } from '../../broker/limits/budgets.ts';
import { expectedHits, mostComparisons } from '../../broker/limits/user-code-guesses.ts';
import { attack } from './attack.ts';
import { attackOverHttp } from './over-http.ts';

const usage = `npm run guesses -- [options]

Guesses user codes, and counts the comparisons that the broker makes: first against the comparison itself on a real
SQLite store, then through a real broker, its pages and a provider. Ends with 0 where the comparisons stay within the
budget and every honest person at the addresses under attack was served.

  --guesses N    (default 1000000)
  --addresses N  (default 1000)
  --accounts N   (default 100)
  --codes N      that wait meanwhile (default 100)
  --http N       guesses through HTTP (default 120)
  --json         ends with one line of JSON
  --help         prints this`;

const { values } = parseArgs({
  options: {
    guesses: { type: 'string', default: '1000000' },
    addresses: { type: 'string', default: '1000' },
    accounts: { type: 'string', default: '100' },
    codes: { type: 'string', default: '100' },
    http: { type: 'string', default: '120' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(usage);
else process.exitCode = await main();

async function main(): Promise<number> {
  const say = values.json ? () => undefined : console.log;
  const [guesses, addresses, accounts, codes, http] = (
    ['guesses', 'addresses', 'accounts', 'codes', 'http'] as const
  ).map((name) => Number(values[name])) as [number, number, number, number, number];
  const budget = mostComparisons(accounts, addresses);
  say(`${guesses} guesses from ${addresses} addresses and ${accounts} accounts against ${codes} codes.`);
  say(`Budget: ${budget} comparisons an hour; expected hits ${expectedHits(budget, codes).toExponential(1)}.\n`);

  const dir = await mkdtemp(join(tmpdir(), 'latchkey-guesses-'));
  const direct = await attack({ guesses, addresses, accounts, codes }, join(dir, 'store.db')).finally(() =>
    rm(dir, { recursive: true, force: true }),
  );
  say(
    `comparisons made   ${direct.comparisons} (budget ${budget}), ${direct.hits} hits, in ${direct.seconds.toFixed(0)} s`,
  );
  say(
    `honest people      ${direct.honest.served} of ${direct.honest.people} served meanwhile, from the same addresses`,
  );

  const overHttp = await attackOverHttp(http, 20);
  const httpBudget = mostComparisons(2, 20);
  say(`\nThrough HTTP: ${overHttp.guesses} guesses by 2 accounts from 20 addresses.`);
  say(`comparisons made   ${overHttp.compared} (budget ${httpBudget}), ${overHttp.refused} refused with 429`);
  say(`honest people      ${overHttp.honest.served} of ${overHttp.honest.people} served meanwhile`);

  const ok =
    direct.comparisons <= budget &&
    direct.honest.served === direct.honest.people &&
    overHttp.compared <= httpBudget &&
    overHttp.compared + overHttp.refused === overHttp.guesses &&
    overHttp.honest.served === overHttp.honest.people;
  if (values.json)
    console.log(
      JSON.stringify({ ok, budget, window_s: budgets.userCode.person.windowMs / 1_000, direct, http: overHttp }),
    );
  else say(ok ? '\nWithin the budget.' : '\nNOT within the budget.');
  return ok ? 0 : 1;
}
