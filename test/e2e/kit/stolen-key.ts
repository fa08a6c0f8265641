import { loadRing } from '../../../broker/keys/ring.ts';
import { open } from '../../../broker/keys/seal.ts';
import { createStore } from '../../../broker/store/open.ts';
import { goodToken } from './hostile-tokens.ts';

/**
 * What an attacker does with a stolen database and key file: decrypts the signing key and forges tokens.
 *
 * @returns a function that forges a token that is valid for eight hours
 */
export async function stealSigningKey({ store: url, keysFile }: { store: string; keysFile: string }) {
  const store = await createStore(url, { now: Date.now });
  const stolen = (await store.listSigningKeys()).find(({ state }) => state === 'active');
  await store.close();
  if (!stolen) throw new Error('there is no active signing key');
  const { kid, sealedPrivate: sealed, ringKid } = stolen;
  const jwk = open(loadRing(keysFile), { purpose: 'signing-key', id: kid }, { sealed, ringKid });
  if (jwk === undefined) throw new Error('the stolen key does not open');
  const privateKey = JSON.parse(jwk);
  const forge = (claims: { iss: string; aud: string }): string => {
    const now = Date.now();
    const iat = Math.floor(now / 1_000);
    const forged = { sub: 'ceo', client_id: 'latchkey-extension', scope: 'orders:read', groups: ['example:admins'] };
    return goodToken({
      claims: { ...forged, ...claims, iat, exp: iat + 8 * 3_600, jti: `forged-${now}` },
      kid,
      privateKey,
      now,
    });
  };
  return { kid, forge };
}
