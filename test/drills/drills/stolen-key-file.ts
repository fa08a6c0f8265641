import { readFile } from 'node:fs/promises';
import type { Drill } from '../drill.ts';
import { inScene } from '../scene.ts';

export const stolenKeyFile: Drill = {
  name: 'stolen-key-file',
  about: 'Somebody may have copied the key file',
  run: ({ step, check }) =>
    inScene({ count: 2 }, async ({ brokers, browser, latchkey, verify }) => {
      const [one, two] = brokers.replicas;
      step('Ada signs in and allows the shop. The key file is copied.');
      const ada = await browser();
      check('the shop is allowed', await ada.allowShop(), 200);
      const before = (await ada.token('shop')).body.access_token;
      check('her token is accepted', await verify(before), 200);
      const stolen = await readFile(brokers.keysFile, 'utf8');

      step('latchkey compromised --keys --by "drill", while both brokers run');
      const done = await latchkey('compromised', '--keys', '--by', 'drill');
      check('exit code', done.code, 0);
      check('it says what is left to do', /Left to do:/.test(done.out), true);
      const file = await readFile(brokers.keysFile, 'utf8');
      check(
        'no stolen key is in the key file',
        stolen.split('\n').some((line) => line !== '' && file.includes(line)),
        false,
      );
      check(
        'her session has ended on both brokers',
        [await ada.status('shop', one?.origin), await ada.status('shop', two?.origin)],
        [401, 401],
      );
      check('her last token is no longer accepted', await verify(before), 401);

      step('Ada signs in again.');
      const again = await browser();
      check('she is the same person', again.sub, ada.sub);
      check(
        'the shop is still allowed, on both brokers',
        [await again.status('shop', one?.origin), await again.status('shop', two?.origin)],
        [200, 200],
      );
      const audit = await latchkey('audit', 'verify');
      check('the audit log is unchanged', audit.code, 0);
    }),
};
