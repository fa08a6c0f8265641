import { createStore } from '../../../broker/store/open.ts';
import { issuer, newSigningKey, t0 } from './values.ts';

/** One of several processes on one SQLite file. It does its share of the work and prints its results. */
const [path = '', name = '', rounds = '0'] = process.argv.slice(2);
const store = await createStore(`sqlite:${path}`, { now: () => t0 });
await store.migrate();
const person = { issuer, idpSub: 'ada', upstream: 'idp', newSub: `sub-${name}` };
const { sub } = await store.upsertPerson(person, t0);
const hasKey = await store.insertSigningKey(newSigningKey('active'));
let first = 0;
for (let round = 0; round < Number(rounds); round += 1) {
  if (await store.rememberOnce(`round-${round}`, t0 + 1, t0)) first += 1;
  await store.hit('together', 1_000, t0);
  await store.grantConsents([{ sub, origin: 'o', resource: 'r', scopes: [`${name}-${round}`] }], t0);
}
await store.close();
process.stdout.write(JSON.stringify({ sub, hasKey, first }));
