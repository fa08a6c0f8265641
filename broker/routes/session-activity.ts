import { type ActivityAnswer, endable } from '@latchkey/shared/session-activity.ts';
import { toSeconds } from '@latchkey/shared/time.ts';
import { inLanguages } from '../config/in-languages.ts';
import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';
import { OAuthError } from '../errors.ts';
import { jsonBody } from '../middleware/body.ts';
import { wishedLanguages } from '../middleware/wished-languages.ts';
import { activityOf, endOwnSignIn } from '../session/activity.ts';

/** `GET /session/activity` lists what happened to the person's sign-ins, devices and sites. `before` is for the next page. */
export function sessionActivity(deps: Deps) {
  return async (c: BrokerContext) => {
    const { row } = c.get('session');
    const wanted = c.req.query('before');
    if (wanted !== undefined && !/^\d{1,15}$/.test(wanted))
      throw new OAuthError('invalid_request', 'before must be the "next" of an earlier answer');
    const before = wanted === undefined ? undefined : Number(wanted);
    const config = inLanguages(deps.config, wishedLanguages(c));
    const { entries, next } = await activityOf({ ...deps, config }, row.sub, { before, session: row.id });
    const answer: ActivityAnswer = {
      entries: entries.map(({ at, isNew, signIn, ...entry }) => ({
        ...entry,
        at: toSeconds(at),
        is_new: isNew,
        sign_in: signIn,
      })),
      next,
    };
    return c.json(answer);
  };
}

/** `POST /session/activity/end` signs out a browser or device that the person doesn't recognize. */
export function sessionActivityEnd(deps: Deps) {
  return async (c: BrokerContext) => {
    await endOwnSignIn(deps, c.get('session').row.sub, await jsonBody(c, endable));
    return c.body(null, 204);
  };
}
