import { join } from 'node:path';
import { createRing } from '../../../broker/keys/ring.ts';
import { open } from '../../../broker/keys/seal.ts';
import { createStore } from '../../../broker/store/open.ts';
import type { Drill } from '../drill.ts';
import { inScene } from '../scene.ts';

export const stolenDatabase: Drill = {
  name: 'stolen-database',
  about: 'Somebody may have copied the database',
  run: ({ step, check }) =>
    inScene({}, async ({ brokers, browser, device, latchkey, verify }) => {
      step('Ada signs in at a browser and a TV, and allows the shop. The database is copied.');
      const ada = await browser();
      await ada.allowShop();
      const tv = await device();
      const before = (await ada.token('shop')).body.access_token;
      const copy = join(brokers.dir, 'stolen.db');
      check('the copy is made', (await latchkey('backup', '--to', copy)).code, 0);

      step('The thief has a key file of their own.');
      const store = await createStore(`sqlite:${copy}`, { now: Date.now });
      const keys = await store.listSigningKeys();
      const [session] = await store.listSessions(ada.sub);
      await store.close();
      const own = (kid: string) => createRing([{ kid, key: Buffer.alloc(32, 7) }]);
      const opened = keys.filter(({ kid, ringKid, sealedPrivate: sealed }) => {
        return open(own(ringKid), { purpose: 'signing-key', id: kid }, { sealed, ringKid }) !== undefined;
      });
      check('it opens no signing key', opened.length, 0);
      const secret = Buffer.alloc(16, 7);
      const { id = '', sealedRefresh: sealed = '', ringKid = '' } = session ?? {};
      check(
        'it opens no refresh token',
        open(own(ringKid), { purpose: 'session-refresh', id, secret }, { sealed, ringKid }),
        undefined,
      );

      step('latchkey compromised --database');
      check('exit code', (await latchkey('compromised', '--database', '--by', 'drill')).code, 0);
      check('the browser has to sign in again', await ada.status('shop'), 401);
      check('the TV has to sign in again', await tv(), 400);
      check('the last token is no longer accepted', await verify(before), 401);

      step('Ada signs in again.');
      const again = await browser();
      check(
        'she is the same person, and the shop is still allowed',
        [again.sub === ada.sub, await again.status('shop')],
        [true, 200],
      );
      check('the audit log is unchanged', (await latchkey('audit', 'verify')).code, 0);
    }),
};
