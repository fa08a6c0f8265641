import type { Image } from '../config/branding.ts';
import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';
import { OAuthError } from '../errors.ts';
import { brandingCss } from '../web/pages/branding-css.ts';

type Parts = Pick<Deps, 'config'>;

/** A reload of the configuration can change what they show, so browsers ask again soon. */
const headers = { 'Cache-Control': 'public, max-age=300' };

/** `GET /assets/branding.css`: the organization's color. */
export function brandingStyle({ config }: Parts) {
  return (c: BrokerContext) => {
    const { color } = config.branding;
    if (color === undefined) throw notThere();
    return c.body(brandingCss(color), 200, { ...headers, 'Content-Type': 'text/css; charset=utf-8' });
  };
}

/** `GET /assets/logo`: the organization's logo. */
export function brandingLogo({ config }: Parts) {
  return (c: BrokerContext) => image(c, config.branding.logo);
}

/** `GET /assets/providers/:name`: the icon of a provider. */
export function providerIcon({ config }: Parts) {
  return (c: BrokerContext) => image(c, config.upstreams.get(c.req.param('name') ?? '')?.icon);
}

/** The policy of every response lets an SVG that is opened by itself run nothing. */
function image(c: BrokerContext, found: Image | undefined) {
  if (!found) throw notThere();
  return c.body(found.body, 200, { ...headers, 'Content-Type': found.type });
}

const notThere = () => new OAuthError('not_found', 'not found');
