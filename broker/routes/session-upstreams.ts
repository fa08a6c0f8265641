import type { UpstreamsAnswer } from '@latchkey/shared/session-api.ts';
import { dataUrl } from '../config/image-url.ts';
import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';
import { budgets } from '../limits/budgets.ts';
import { labelOf } from '../upstream/provider-label.ts';

/**
 * `GET /session/upstreams` lists the providers, for sign-ins with a choice, and names the organization. The first
 * provider is the default.
 */
export function sessionUpstreams({ config, count }: Pick<Deps, 'config' | 'count'>) {
  return async (c: BrokerContext) => {
    await count(budgets.sessionUpstreams, c.get('network'));
    const { branding, upstreams } = config;
    const { name, logo, color, support, recoveryUrl } = branding;
    const answer: UpstreamsAnswer = {
      upstreams: [...upstreams.keys()],
      providers: [...upstreams.values()].map((upstream) => ({
        name: upstream.name,
        label: labelOf(upstream),
        icon: upstream.icon && dataUrl(upstream.icon),
      })),
      organization: {
        name,
        logo: logo && dataUrl(logo),
        color,
        support_url: support.url,
        support_email: support.email,
        recovery_url: recoveryUrl,
      },
    };
    return c.json(answer);
  };
}
