import type { DemoUser } from '../../../demo/users.ts';
import type { Answer } from './session-client.ts';
import { createVisitor, fieldOf } from './visitor.ts';

const deviceCodeGrant = 'urn:ietf:params:oauth:grant-type:device_code';

/** Posts a form to the broker, like a device (RFC 8628). */
export async function postForm(
  url: string,
  form: Record<string, string> | [string, string][],
  headers: Record<string, string> = {},
): Promise<Answer> {
  const answer = await fetch(url, {
    method: 'POST',
    body: new URLSearchParams(form),
    headers,
    signal: AbortSignal.timeout(30_000),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text === '' ? undefined : JSON.parse(text) };
}

export async function beginDevice(
  broker: string,
  clientId: string,
  more: { login_hint?: string } = {},
  headers: Record<string, string> = {},
): Promise<{ device_code: string; user_code: string; latchkey_number?: string }> {
  const form = { client_id: clientId, ...more };
  const { status, body } = await postForm(`${broker}/device_authorization`, form, headers);
  if (status !== 200) throw new Error(`device_authorization: ${JSON.stringify(body)}`);
  return body;
}

export const pollDevice = (broker: string, clientId: string, deviceCode: string): Promise<Answer> =>
  postForm(`${broker}/token`, { grant_type: deviceCodeGrant, device_code: deviceCode, client_id: clientId });

export const refreshDevice = (broker: string, clientId: string, refreshToken: string): Promise<Answer> =>
  postForm(`${broker}/token`, { grant_type: 'refresh_token', refresh_token: refreshToken, client_id: clientId });

/** The user's part: enters the code, signs in, and approves. */
export async function allowDevice(
  origins: { broker: string; idp: string },
  userCode: string,
  { username, password }: DemoUser,
): Promise<void> {
  const visitor = createVisitor([origins.broker, origins.idp]);
  const form = await visitor.visit(`${origins.broker}/device?user_code=${userCode}`);
  const login = await visitor.visit(form.url, { csrf: fieldOf(form.text, 'csrf'), user_code: userCode });
  const confirmation = await visitor.visit(login.url, { username, password });
  const done = await visitor.visit(`${origins.broker}/device/decision`, {
    csrf: fieldOf(confirmation.text, 'csrf'),
    ticket: fieldOf(confirmation.text, 'ticket'),
    action: 'allow',
  });
  if (!done.text.includes('You’re signed in')) throw new Error(`not allowed: ${done.status}`);
}
