import { inLanguages } from '../config/in-languages.ts';
import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';
import { sha256 } from '../keys/hash.ts';
import { wishedLanguages } from '../middleware/wished-languages.ts';
import { noSession } from '../session/no-session.ts';
import { rechecked } from '../session/rechecked-session.ts';
import { sessionView } from '../session/session-view.ts';

/** `GET /session` returns account, policy and consents, with an `ETag` that makes frequent requests cheap. */
export function sessionRead(deps: Pick<Deps, 'config' | 'store' | 'refresher'>) {
  return async (c: BrokerContext) => {
    const row = await rechecked(deps, c.get('session'));
    if (row.state === 'ended') throw noSession(row);
    const config = inLanguages(deps.config, wishedLanguages(c));
    const body = JSON.stringify(await sessionView({ ...deps, config }, row));
    const etag = `"${sha256(body)}"`;
    c.header('ETag', etag);
    c.header('Cache-Control', 'private, no-cache');
    if (c.req.header('If-None-Match') === etag) return c.body(null, 304);
    return c.body(body, 200, { 'Content-Type': 'application/json' });
  };
}
