import * as oauth from 'oauth4webapi';
import { expect } from 'vitest';
import { demoUsers } from '../../../demo/users.ts';
import { redirectUri, type TestBroker } from './broker.ts';
import { createSessionClient } from './session-client.ts';
import { createVisitor } from './visitor.ts';

/** A browser with the extension, as far as `/session/device` is concerned, signed in as a user of the demo. */
export async function createDeviceAsker({ origins }: TestBroker, username: string) {
  const visitor = createVisitor([origins.idp]);
  const session = await createSessionClient(origins.broker, visitor);
  const password = demoUsers.find((user) => user.username === username)?.password;
  const { account, features } = await session.signIn(username, password);
  const post = (path: string, body: object) => session.call('POST', `/session/device/${path}`, body);
  const enter = async (code: string) => (await session.call('POST', '/session/device', { user_code: code })).body;
  const asking = async () => (await post('asking', {})).body;

  /** Goes on to the provider. @param number the one that the user picks */
  async function begin(request: string, number?: string) {
    const [state, verifier] = [oauth.generateRandomState(), oauth.generateRandomCodeVerifier()];
    const begun = await post('authorize', {
      request,
      number,
      redirect_uri: redirectUri,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      state,
    });
    return { begun, state, verifier };
  }
  /** "Allow" where the provider still knows the person: no page of the provider is shown. */
  async function allow(request: string, number?: string) {
    const { begun, state, verifier } = await begin(request, number);
    if (begun.body.outcome !== undefined || begun.status !== 200) return begun;
    const { url } = await visitor.visit(begun.body.authorization_url);
    // No page came in between.
    expect(url.href.startsWith(redirectUri)).toBe(true);
    const [code, iss] = [url.searchParams.get('code'), url.searchParams.get('iss')];
    return post('allow', { state, code, code_verifier: verifier, iss });
  }
  return { ...session, visitor, sub: account.sub, features, enter, asking, post, begin, allow };
}
