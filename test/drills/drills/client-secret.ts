import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { clientSecret as oldSecret } from '../../e2e/kit/replicas.ts';
import type { Drill } from '../drill.ts';
import { inScene } from '../scene.ts';

const newSecret = 'the-secret-of-next-year';
const freshMs = 2_000;

export const clientSecret: Drill = {
  name: 'client-secret',
  about: 'The client secret at the provider is replaced',
  async run({ step, check }) {
    let accepted = [oldSecret];
    const options = { lifetime: '2s', fresh: '2s', acceptedSecrets: () => accepted };
    await inScene(options, async ({ brokers, browser, configure, reload, logged }) => {
      const ada = await browser();
      const works = async () => {
        // By then, the next token takes a refresh at the provider.
        await sleep(freshMs + 100);
        check(
          'Ada gets tokens, and others sign in',
          [await ada.status(), await (await browser()).status()],
          [200, 200],
        );
      };
      const secrets = async (...names: string[]) => {
        await configure(({ upstreams }) => {
          for (const upstream of Object.values(upstreams as object)) upstream.client_secret_file = names;
        });
        check('the reload', await reload(), 'config_reloaded');
      };
      await writeFile(join(brokers.dir, 'new-secret'), newSecret);

      step('Both secrets are in the configuration, the new one first. SIGHUP. The provider knows only the old one.');
      await secrets('./new-secret', './client-secret');
      await works();
      step('The provider knows both.');
      accepted = [oldSecret, newSecret];
      await works();
      step('The provider knows only the new one.');
      accepted = [newSecret];
      await works();
      step('Only the new one is in the configuration. SIGHUP.');
      await secrets('./new-secret');
      await works();
      check('no request was refused for good', await logged('upstream_misconfigured'), []);
      check('nobody was signed out', await logged('reauth_required'), []);
    });
  },
};
