import { copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Drill } from '../drill.ts';
import { grace, inScene } from '../scene.ts';

export const lostDatabase: Drill = {
  name: 'lost-database',
  about: 'The database is gone, and there is a backup',
  run: ({ step, check }) =>
    inScene({}, async ({ brokers, first, browser, latchkey }) => {
      step('Ada signs in and allows the shop. latchkey backup, while the broker runs.');
      const ada = await browser();
      await ada.allowShop();
      const backup = join(brokers.dir, 'backup.db');
      check('exit code of the backup', (await latchkey('backup', '--to', backup)).code, 0);

      step('Grace signs in after the backup. The database is lost.');
      const late = await browser(grace);
      await first.stop('SIGKILL');
      const database = join(brokers.dir, 'latchkey.db');
      for (const file of [database, `${database}-wal`, `${database}-shm`]) await rm(file, { force: true });

      step('The backup is put in place, and the broker is started.');
      await copyFile(backup, database);
      await first.start();
      check('whoever signed in after the backup signs in again', await late.status(), 401);

      step('latchkey sessions revoke --all: refresh tokens that rotated since the backup are worthless.');
      const revoked = await latchkey('sessions', 'revoke', '--all', '--by', 'drill');
      check('exit code', revoked.code, 0);
      check('Ada has to sign in again', await ada.status('shop'), 401);
      const again = await browser();
      check(
        'she is the same person, and the shop is still allowed',
        [again.sub === ada.sub, await again.status('shop')],
        [true, 200],
      );
      check('Grace can sign in', await (await browser(grace)).status(), 200);
      check('the audit log of the backup is unchanged', (await latchkey('audit', 'verify')).code, 0);
    }),
};
