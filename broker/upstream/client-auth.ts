import { createPrivateKey } from 'node:crypto';
import { importPKCS8 } from 'jose';
import * as oauth from 'oauth4webapi';
import type { ClientAuthentication } from '../config/types.ts';

/** Client authentication at the provider: `private_key_jwt` (RFC 7523 §2.2) if a key is configured. */
export async function clientAuth(authentication: ClientAuthentication): Promise<oauth.ClientAuth> {
  switch (authentication.method) {
    case 'client_secret_basic':
      return oauth.ClientSecretBasic(authentication.secret);
    case 'client_secret_post':
      return oauth.ClientSecretPost(authentication.secret);
    case 'private_key_jwt': {
      const isRsa = createPrivateKey(authentication.pem).asymmetricKeyType === 'rsa';
      return oauth.PrivateKeyJwt(await importPKCS8(authentication.pem, isRsa ? 'RS256' : 'ES256'));
    }
  }
}
