import { stopSignal } from '../../demo/stop-signal.ts';
import { freePort } from '../e2e/kit/ports.ts';
import { printTable } from '../gateways/table.ts';
import { cases } from './cases.ts';
import { type BuiltExample, buildExample } from './examples.ts';
import { startIssuer } from './issuer.ts';
import { readOptions, usage } from './options.ts';
import { run } from './run.ts';
import { startApi } from './server.ts';
import { publishVectorKeys, vectorCases } from './vectors.ts';

/** `npm run apis`: tests each API of `examples/apis/` with a real broker's tokens, and with the published test vectors. */

const say = (line: string) => console.log(line);

stopSignal().addEventListener('abort', () => process.exit(1));

const fail = (error: unknown): never => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(2);
};

function namesToRun() {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    return fail(error);
  }
}

const names = namesToRun();
if (!names) {
  say(usage);
  process.exit(0);
}

// The examples in JavaScript use the package as it is published.
await run(process.execPath, ['packaging/build.ts', '@latchkey/api'], { cwd: process.cwd(), deadlineMs: 300_000 });
/** The failure by example and case. Empty if the case passed. */
const results = new Map<string, Map<string, string>>();
const built: BuiltExample[] = [];
for (const name of names) {
  const startedAt = Date.now();
  const example = await buildExample(name).catch((error: Error) => ({ failed: error.message }));
  if ('failed' in example) {
    results.set(name, new Map([['builds', example.failed]]));
    say(`${name}: was not built`);
  } else if ('skipped' in example) say(`${name}: SKIPPED. ${example.skipped}`);
  else {
    results.set(name, new Map([['builds', '']]));
    built.push(example);
    say(`${name}: built in ${Math.round((Date.now() - startedAt) / 1_000)} s`);
  }
}

async function tryCases(
  example: BuiltExample,
  settings: Parameters<typeof startApi>[2],
  columns: readonly { name: string; run(api: { port: number; dpop: boolean }): Promise<void> }[],
): Promise<void> {
  const row = results.get(example.name) ?? new Map<string, string>();
  results.set(example.name, row);
  const api = await startApi(example, await freePort(), settings).catch((error: Error) => error);
  if (api instanceof Error) {
    row.set('starts', api.message);
    return;
  }
  if (!row.has('starts')) row.set('starts', '');
  try {
    for (const column of columns) {
      const outcome = await column.run({ port: api.port, dpop: example.dpop }).then(
        () => '',
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
      row.set(column.name, outcome);
    }
  } finally {
    await api.close();
  }
}

const issuer = await startIssuer();
const vectorKeys = await publishVectorKeys();
try {
  for (const example of built) {
    await tryCases(
      example,
      { issuer: issuer.issuer, audience: issuer.audience },
      cases.map(({ name, run }) => ({ name, run: (api) => run(api, issuer) })),
    );
    await tryCases(example, vectorKeys.settings, vectorCases);
  }
} finally {
  await vectorKeys.close();
  await issuer.close();
}
process.exitCode = results.size > 0 && printTable(results, say) ? 0 : 1;
