import { copyFile, readFile, rm } from 'node:fs/promises';
import { runCli } from '../../../demo/program.ts';
import type { Drill } from '../drill.ts';
import { inScene } from '../scene.ts';

export const lostKeyFile: Drill = {
  name: 'lost-key-file',
  about: 'The key file is gone',
  run: ({ step, check }) =>
    inScene({}, async ({ brokers, first, browser, latchkey }) => {
      step('Ada signs in and allows the shop. There is a copy of the key file elsewhere.');
      const ada = await browser();
      await ada.allowShop();
      const copy = `${brokers.keysFile}.copy`;
      await copyFile(brokers.keysFile, copy);
      const [kid = ''] = (await readFile(copy, 'utf8')).split(' ');

      step('The key file is deleted. The broker runs on with the keys it has read.');
      await rm(brokers.keysFile);
      check('Ada gets tokens', await ada.status('shop'), 200);

      step('The broker is restarted without its key file.');
      await first.stop('SIGTERM');
      const failed = await first.start().then(
        () => 'it starts',
        () => 'it does not start',
      );
      check('what happens', failed, 'it does not start');

      step('The copy is put back, and the broker is started.');
      await copyFile(copy, brokers.keysFile);
      await first.start();
      check('Ada gets tokens, and did not have to sign in', await ada.status('shop'), 200);

      step('The key file and its copy are lost for good: latchkey keys init, and the broker is started.');
      await first.stop('SIGTERM');
      await rm(brokers.keysFile);
      await rm(copy);
      await runCli(['keys', 'init', '--file', brokers.keysFile]);
      const missing = await first.start().then(
        () => '',
        (error: Error) => error.message,
      );
      check(
        'it names the key that is missing, and does not start',
        missing.includes(`key "${kid}" is missing from the key file`),
        true,
      );

      step('latchkey keys revoke signing --all: new signing keys, encrypted with the new key. The broker is started.');
      check('exit code', (await latchkey('keys', 'revoke', 'signing', '--all', '--by', 'drill')).code, 0);
      await first.start();

      step('latchkey sessions revoke --key ID: those whose data nobody can decrypt sign in again.');
      const revoked = await latchkey('sessions', 'revoke', '--key', kid);
      check('it says how many', [revoked.code, revoked.out], [0, 'Revoked 1 session.\n']);
      check('the old session has ended', await ada.status('shop'), 401);
      const again = await browser();
      check(
        'Ada signs in again, and the shop is still allowed',
        [again.sub === ada.sub, await again.status('shop')],
        [true, 200],
      );
    }),
};
