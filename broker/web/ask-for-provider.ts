import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';
import { labelOf } from '../upstream/provider-label.ts';
import { lastProvider } from './last-provider.ts';
import { type Choice, providerPage } from './pages/provider-page.ts';

/**
 * Asks the person which provider to sign in with. The one of the last sign-in comes first.
 *
 * @param onward what the choice continues: a page that is opened again, or a form that is sent again, with `upstream`
 */
export function askForProvider(deps: Pick<Deps, 'upstreams'>, c: BrokerContext, onward: Choice['onward']) {
  const last = lastProvider(deps, c);
  const all = [...deps.upstreams.values()].map(({ config }) => ({
    name: config.name,
    label: labelOf(config),
    hasIcon: config.icon !== undefined,
    isLast: config.name === last,
  }));
  const providers = [...all.filter(({ isLast }) => isLast), ...all.filter(({ isLast }) => !isLast)];
  return c.html(providerPage(c.get('language'), { providers, onward }));
}
