import { freePorts } from '../../e2e/kit/ports.ts';
import type { Drill } from '../drill.ts';
import { startProvider } from '../provider.ts';
import { inScene } from '../scene.ts';

export const providerMoved: Drill = {
  name: 'provider-moved',
  about: 'The identity provider has moved to another issuer',
  run: ({ step, check }) =>
    inScene({ lifetime: '2s', fresh: '2s' }, async ({ origins, first, browser, device, latchkey, configure }) => {
      step('Ada signs in at a browser and a TV, and allows the shop.');
      const ada = await browser();
      await ada.allowShop();
      const tv = await device();

      const { idp: port } = await freePorts();
      const moved = await startProvider({ port, broker: origins.broker });
      try {
        step('The brokers are stopped. The configuration gets the new issuer.');
        await first.stop('SIGTERM');
        await configure(({ upstreams }) => {
          for (const upstream of Object.values(upstreams as object)) upstream.issuer = moved.issuer;
        });

        step('latchkey migrate-issuer --dry-run, and without it.');
        const issuers = ['migrate-issuer', '--from', origins.idp, '--to', moved.issuer, '--by', 'drill'];
        const dry = await latchkey(...issuers, '--dry-run');
        check(
          'the first says how many, and changes nothing',
          [dry.code, /^1 people come from .*Nothing was changed/.test(dry.out)],
          [0, true],
        );
        const done = await latchkey(...issuers);
        check(
          'the second moves them',
          [done.code, done.out.split('\n')[0]],
          [0, 'Moved 1 people. They keep their subject and what they have allowed.'],
        );

        step('The brokers are started.');
        await first.start();
        const refused = await ada.token('shop');
        check('the browser is asked to sign in', [refused.status, refused.body.error], [401, 'login_required']);
        check('the TV is asked to sign in', await tv(), 400);
        const again = await browser(undefined, moved.issuer);
        check('Ada signs in at the new issuer, and is the same person', again.sub, ada.sub);
        check('the shop is still allowed', await again.status('shop'), 200);
        check('no refresh token of the old issuer was sent to the new one', moved.refreshes, 0);
        check('the audit log is unchanged', (await latchkey('audit', 'verify')).code, 0);
      } finally {
        await moved.close();
      }
    }),
};
