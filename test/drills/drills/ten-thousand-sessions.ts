import { join } from 'node:path';
import { fill } from '../../../bench/scale/fill.ts';
import type { Drill } from '../drill.ts';
import { grace, inScene } from '../scene.ts';

const count = 10_000;

export const tenThousandSessions: Drill = {
  name: 'ten-thousand-sessions',
  about: '10,000 sessions have to be listed and ended',
  run: ({ step, check, note }) =>
    inScene({}, async ({ brokers, origins, browser, latchkey }) => {
      step('Ada signs in. Her session becomes 10,000 more, each of another person.');
      const ada = await browser();
      // A waiting device code, which is multiplied like the session.
      await fetch(`${origins.broker}/device_authorization`, {
        method: 'POST',
        body: new URLSearchParams({ client_id: 'tv' }),
      });
      await fill(join(brokers.dir, 'latchkey.db'), count);
      const timed = async (...args: string[]) => {
        const from = performance.now();
        const result = await latchkey(...args);
        note(`latchkey ${args.join(' ')}: ${((performance.now() - from) / 1_000).toFixed(1)} s`);
        return result;
      };

      step('latchkey sessions list --json');
      const listed = await timed('sessions', 'list', '--json');
      check('it lists all of them', listed.out.trim().split('\n').length, count + 1);

      step('latchkey sessions revoke --all, while Ada asks for tokens');
      let slowestMs = 0;
      const statuses = new Set<number>();
      let isDone = false;
      const asking = (async () => {
        while (!isDone) {
          const from = performance.now();
          statuses.add(await ada.status());
          slowestMs = Math.max(slowestMs, performance.now() - from);
        }
      })();
      const revoked = await timed('sessions', 'revoke', '--all');
      isDone = true;
      await asking;
      note(`slowest answer to Ada meanwhile: ${slowestMs.toFixed(0)} ms`);
      check('it says how many', [revoked.code, revoked.out], [0, `Revoked ${count + 1} sessions.\n`]);
      check(
        'every answer was a token or an end',
        [...statuses].filter((status) => status !== 200 && status !== 401),
        [],
      );
      check('her session has ended', await ada.status(), 401);
      check('nobody is listed', (await latchkey('sessions', 'list')).out, 'No matching sessions.\n');
      check('Grace can sign in', await (await browser(grace)).status(), 200);
    }),
};
