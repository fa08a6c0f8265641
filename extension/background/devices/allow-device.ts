import { authorizeAnswer } from '@latchkey/shared/session-api.ts';
import * as oauth from 'oauth4webapi';
import type { Identity } from '../../platform/identity.ts';
import { readStored } from '../../platform/stored-value.ts';
import { requireTls } from '../broker/answer.ts';
import { type ExpectedResponse, readAuthorizationResponse } from '../session/authorization-response.ts';
import { openWindow } from '../session/sign-in.ts';

/** An "Allow" of the user. */
export interface Allowed {
  request: string;
  /** The device is on the user's network, so no window has to open. */
  near: boolean;
  /** The number that the user picked, where they entered no code. */
  number?: string | undefined;
}

export interface AllowDeviceDeps {
  /** Calls `/session/device/<path>` for the account that the user sees. */
  post(path: 'authorize' | 'allow', body: object): Promise<unknown>;
  /** The broker's issuer. */
  broker(): Promise<string>;
  identity: Pick<Identity, 'redirectUri' | 'launch' | 'launchSilently'>;
  /** Keeps how a request ended, because the popup closes when the provider's window opens. */
  keep(outcome: { request: string; decided: unknown }): Promise<void>;
}

/** @returns where the provider sent the user, or `undefined` if it did not */
type Launch = (url: string) => Promise<string | undefined>;

/**
 * Goes through the provider for a grant of the device's own. Where the provider's session is enough, no window opens.
 *
 * If the connection is lost, the user can allow again: if the first time counted, the broker says so.
 *
 * @returns the broker's answer, which says how the device's request was decided
 */
export async function allowDevice(deps: AllowDeviceDeps, { request, near, number }: Allowed): Promise<unknown> {
  const { post, broker, identity, keep } = deps;

  const attempts: (ExpectedResponse & { verifier: string })[] = [];

  /**
   * An attempt has an address of its own: with pushed authorization requests, the provider takes each one only once
   * (RFC 9126 §4). It may still answer the attempt before.
   *
   * @returns `undefined` if `launch` brought no answer
   */
  const attempt = async (launch: Launch): Promise<{ decided: unknown } | undefined> => {
    const redirectUri = identity.redirectUri();
    const state = oauth.generateRandomState();
    const verifier = oauth.generateRandomCodeVerifier();
    const challenge = await oauth.calculatePKCECodeChallenge(verifier);
    const begun = await post('authorize', {
      request,
      number,
      redirect_uri: redirectUri,
      code_challenge: challenge,
      state,
    });
    const found = readStored(authorizeAnswer, begun);
    // It was decided in the meantime.
    if (!found) return { decided: begun };
    const { authorization_url: url, issuer, iss_required: issRequired } = found;
    await requireTls(broker, url, 'device');
    const started = { state, verifier, redirectUri, issuer, issRequired };
    attempts.push(started);
    const redirect = await launch(url);
    if (redirect === undefined) return undefined;
    const answered = new URL(redirect).searchParams.get('state');
    const one = attempts.find(({ state }) => state === answered) ?? started;
    const { code, iss } = readAuthorizationResponse(redirect, one);
    return { decided: await post('allow', { state: one.state, code, code_verifier: one.verifier, iss }) };
  };

  const silently: Launch = (url) => identity.launchSilently(url).catch(() => undefined);
  const inWindow: Launch = (url) => openWindow(identity.launch, url);
  const decided = ((near && (await attempt(silently))) || (await attempt(inWindow)))?.decided;
  await keep({ request, decided });
  return decided;
}
