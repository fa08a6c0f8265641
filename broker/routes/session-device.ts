import type { AuthorizeAnswer } from '@latchkey/shared/session-api.ts';
import {
  type DeviceDecided,
  deviceAllowRequest,
  deviceAskingRequest,
  deviceAuthorizeRequest,
  deviceCodeRequest,
  deviceRefusal,
} from '@latchkey/shared/session-device.ts';
import { toSeconds } from '@latchkey/shared/time.ts';
import { inLanguages } from '../config/in-languages.ts';
import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';
import { OAuthError } from '../errors.ts';
import { jsonBody } from '../middleware/body.ts';
import { networkOf } from '../middleware/network.ts';
import { wishedLanguages } from '../middleware/wished-languages.ts';
import { denyDevice } from '../oauth/decide-device-request.ts';
import { raiseAlarm } from '../oauth/device-prompt.ts';
import { beginAllowing, finishAllowing } from '../session/allow-device.ts';
import { askAboutDevice, askAboutNaming, askedDevice } from '../session/device-question.ts';
import { noSession } from '../session/no-session.ts';
import { rechecked } from '../session/rechecked-session.ts';
import type { Session } from '../store/store.ts';

/** `POST /session/device` compares the code that the person entered in the extension. */
export function deviceCode(deps: Deps) {
  return async (c: BrokerContext) => {
    const row = await requireActive(deps, c);
    const { user_code: entered } = await jsonBody(c, deviceCodeRequest);
    const config = inLanguages(deps.config, wishedLanguages(c));
    const answer = await askAboutDevice({ ...deps, config }, row, entered, { network: c.get('network'), networkOf });
    const { sub } = row;
    if (answer.outcome === 'too_many') c.set('failed', { kind: 'user_code_locked', sub });
    if (answer.outcome === 'wrong') c.set('failed', { kind: 'user_code', sub });
    return c.json(answer);
  };
}

/** `POST /session/device/asking` finds the request of a device that named the account of the session. */
export function deviceAskingOf(deps: Deps) {
  return async (c: BrokerContext) => {
    const row = await requireActive(deps, c);
    await jsonBody(c, deviceAskingRequest);
    const config = inLanguages(deps.config, wishedLanguages(c));
    return c.json(await askAboutNaming({ ...deps, config }, row, { network: c.get('network'), networkOf }));
  };
}

/** `POST /session/device/decision` is "Deny", or a report. */
export function deviceRefuse(deps: Deps) {
  return async (c: BrokerContext) => {
    const { id, sub } = c.get('session').row;
    const { request, decision } = await jsonBody(c, deviceRefusal);
    const { deviceCodeHash, isNumbered } = await askedDevice(deps, id, request);
    const { accountKey } = (isNumbered && (await deps.store.getDeviceGrant(deviceCodeHash))) || {};
    if (decision === 'report' && accountKey !== undefined) await raiseAlarm(deps, accountKey);
    const answer: DeviceDecided = {
      outcome: await denyDevice(deps, { deviceCodeHash, sub, as: decision === 'report' ? 'reported' : 'denied' }),
    };
    return c.json(answer);
  };
}

/** `POST /session/device/authorize` is "Allow": it returns where to send the browser for the device's own grant. */
export function deviceAuthorize(deps: Deps) {
  return async (c: BrokerContext) => {
    const begun = await beginAllowing(deps, await requireActive(deps, c), await jsonBody(c, deviceAuthorizeRequest));
    if ('outcome' in begun) return c.json(begun);
    const { url, issuer, issRequired, expiresInMs } = begun;
    const answer: AuthorizeAnswer = {
      authorization_url: url,
      issuer,
      iss_required: issRequired,
      expires_in: toSeconds(expiresInMs),
    };
    return c.json(answer);
  };
}

/** `POST /session/device/allow` finishes "Allow" with the provider's code. */
export function deviceAllow(deps: Deps) {
  return async (c: BrokerContext) => {
    const { row } = c.get('session');
    return c.json(await finishAllowing(deps, row, await jsonBody(c, deviceAllowRequest)));
  };
}

/**
 * A session whose grant is gone says who the person was, not that they still may sign in.
 *
 * @throws {OAuthError} `login_required`
 */
async function requireActive(deps: Deps, c: BrokerContext): Promise<Session> {
  const row = await rechecked(deps, c.get('session'));
  if (row.state === 'ended') throw noSession(row);
  if (row.state === 'active') return row;
  throw row.state === 'recheck'
    ? new OAuthError('temporarily_unavailable', 'the identity provider must confirm this sign-in first; try again')
    : new OAuthError('login_required', 'the identity provider requires a new sign-in');
}
