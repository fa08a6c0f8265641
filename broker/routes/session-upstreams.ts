import type { UpstreamsAnswer } from '@latchkey/shared/session-api.ts';
import type { Image } from '../config/branding.ts';
import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';
import { labelOf } from '../upstream/provider-label.ts';

/**
 * `GET /session/upstreams` lists the providers, for sign-ins with a choice, and names the organization. The first
 * provider is the default.
 */
export function sessionUpstreams({ config }: Pick<Deps, 'config'>) {
  return (c: BrokerContext) => {
    const { branding, upstreams } = config;
    const { name, support, recoveryUrl } = branding;
    const answer: UpstreamsAnswer = {
      upstreams: [...upstreams.keys()],
      providers: [...upstreams.values()].map((upstream) => ({
        name: upstream.name,
        label: labelOf(upstream),
        icon: upstream.icon && dataUrl(upstream.icon),
      })),
      organization: { name, support_url: support.url, support_email: support.email, recovery_url: recoveryUrl },
    };
    return c.json(answer);
  };
}

/** The extension's pages load nothing from the network. */
const dataUrl = ({ type, body }: Image): string => `data:${type};base64,${Buffer.from(body).toString('base64')}`;
