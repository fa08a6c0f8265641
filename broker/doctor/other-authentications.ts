import * as oauth from 'oauth4webapi';
import type { ClientAuthentication } from '../config/types.ts';

/** Another way to send the same credentials, and what to configure if it works. */
export interface OtherAuthentication {
  auth: oauth.ClientAuth;
  /** Completes "the provider accepts them with …". */
  words: string;
  cure: string;
}

/**
 * The usual mistakes with a client secret. Each costs the provider one failed request.
 *
 * @param path of the provider's settings: `upstreams.okta`
 */
export function otherAuthentications(
  authentication: ClientAuthentication,
  clientId: string,
  path: string,
): OtherAuthentication[] {
  if (authentication.method === 'private_key_jwt') return [];
  const { method, secret } = authentication;
  const other = method === 'client_secret_basic' ? 'client_secret_post' : 'client_secret_basic';
  const found: OtherAuthentication[] = [
    { auth: authOf(other)(secret), words: other, cure: `Set ${path}.client_auth to ${other}.` },
  ];
  const decoded = formDecoded(secret);
  if (decoded !== secret) {
    found.push({
      auth: authOf(method)(decoded),
      words: 'the secret after form decoding',
      cure: 'The secret was copied in its form-encoded spelling (%2B instead of +). Configure it as the provider shows it.',
    });
  } else if (method === 'client_secret_basic' && isChangedByEncoding(clientId, secret)) {
    found.push({
      auth: unencodedBasic(secret),
      words: 'client_secret_basic without form encoding',
      cure: `The provider does not decode the credentials (RFC 6749 §2.3.1). Allow client_secret_post for this client at the provider, and set ${path}.client_auth to it. Or give the client an ID and a secret of letters and digits only.`,
    });
  }
  return found;
}

const authOf = (method: 'client_secret_basic' | 'client_secret_post') =>
  method === 'client_secret_basic' ? oauth.ClientSecretBasic : oauth.ClientSecretPost;

const isChangedByEncoding = (...values: string[]): boolean => values.some((value) => !/^[A-Za-z0-9]*$/.test(value));

/** Basic authentication as RFC 7617 has it, without the encoding of RFC 6749 §2.3.1 first. */
const unencodedBasic =
  (secret: string): oauth.ClientAuth =>
  (_as, client, _body, headers) => {
    headers.set('Authorization', `Basic ${Buffer.from(`${client.client_id}:${secret}`).toString('base64')}`);
  };

function formDecoded(secret: string): string {
  if (!/%[0-9A-Fa-f]{2}/.test(secret)) return secret;
  return new URLSearchParams(`secret=${secret.replaceAll('&', '%26')}`).get('secret') ?? secret;
}
