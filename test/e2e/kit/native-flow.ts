import { createHash, randomBytes } from 'node:crypto';
import type { TestBroker } from './broker.ts';
import { postForm } from './device-flow.ts';
import { createPerson } from './person.ts';
import type { Answer } from './session-client.ts';

const redirectUri = 'http://127.0.0.1:51004/callback';

/** An authorization request of the demo's CLI, and its token request. Tests can modify both. */
export function nativeFlow(broker: string) {
  const verifier = randomBytes(32).toString('base64url');
  return {
    request(changes: Record<string, string> = {}): URL {
      const url = new URL(`${broker}/authorize`);
      const parameters = {
        client_id: 'cli',
        redirect_uri: redirectUri,
        response_type: 'code',
        scope: 'openid orders:read',
        code_challenge: createHash('sha256').update(verifier).digest('base64url'),
        code_challenge_method: 'S256',
        ...changes,
      };
      for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
      return url;
    },
    redeem(code: string, changes: Record<string, string> = {}, headers: Record<string, string> = {}): Promise<Answer> {
      const form = {
        grant_type: 'authorization_code',
        client_id: 'cli',
        redirect_uri: redirectUri,
        code_verifier: verifier,
        code,
        ...changes,
      };
      return postForm(`${broker}/token`, form, headers);
    },
  };
}

/** @returns a code that a user approved, and the flow that redeems it */
export async function allowedCode({ origins }: Pick<TestBroker, 'origins'>, changes: Record<string, string> = {}) {
  const flow = nativeFlow(origins.broker);
  const person = createPerson(origins);
  const { url } = await person.decideNative(await person.open(flow.request(changes)), 'allow');
  const code = url.searchParams.get('code');
  if (code === null) throw new Error(`no code: ${url.search}`);
  return { code, ...flow };
}
