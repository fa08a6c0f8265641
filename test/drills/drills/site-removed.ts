import { openEvents } from '../../e2e/kit/event-stream.ts';
import type { Drill } from '../drill.ts';
import { inScene } from '../scene.ts';

export const siteRemoved: Drill = {
  name: 'site-removed',
  about: 'A site is removed from the configuration while people are in it',
  run: ({ step, check, eventually }) =>
    inScene({}, async ({ origins, browser, configure, reload }) => {
      step('Ada uses the shop and the notes.');
      const ada = await browser();
      await ada.allowShop();
      check('both get tokens', [await ada.status('shop'), await ada.status('notes')], [200, 200]);
      const events = await openEvents(ada.session, origins.broker);

      step('The shop is removed from the configuration. SIGHUP.');
      let shop: unknown;
      await configure((config) => {
        const sites = config.origins as Record<string, unknown>;
        shop = sites[origins.shop];
        delete sites[origins.shop];
      });
      check('the reload', await reload(), 'config_reloaded');
      await eventually('her browser is told', async () => events.names.includes('policy'), true);
      const refused = await ada.token('shop');
      check('the shop gets no tokens', [refused.status, refused.body.error], [403, 'access_denied']);
      check('the notes do, and she stays signed in', await ada.status('notes'), 200);

      step('The shop is added again. SIGHUP.');
      await configure((config) => {
        (config.origins as Record<string, unknown>)[origins.shop] = shop;
      });
      check('the reload', await reload(), 'config_reloaded');
      check('the shop gets tokens, and she was not asked again', await ada.status('shop'), 200);
      await events.close();
    }),
};
