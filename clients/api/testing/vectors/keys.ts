import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { p256 } from '@noble/curves/nist.js';

/** A key of the test vectors. It protects nothing: everyone can read it here. */
export interface VectorKey {
  kid: string;
  alg: 'ES256' | 'RS256';
  publicJwk: Readonly<Record<string, unknown>>;
  publicKey: KeyObject;
  /** Signs so that the same input always gives the same signature. */
  sign(input: string): Buffer;
}

/** An ES256 key that the label determines. Its signatures have the nonce of RFC 6979 instead of a random one. */
export function ecKey(label: string): VectorKey {
  const secret = createHash('sha256').update(`Latchkey test vectors, for tests only: ${label}`).digest();
  const point = Buffer.from(p256.getPublicKey(secret, false));
  const [x = '', y = ''] = [point.subarray(1, 33), point.subarray(33)].map((half) => half.toString('base64url'));
  const jwk = { kty: 'EC', crv: 'P-256', x, y };
  return {
    kid: `test-only-${label}`,
    alg: 'ES256',
    publicJwk: jwk,
    publicKey: createPublicKey({ key: jwk, format: 'jwk' }),
    // JWS takes either half of s (RFC 7518 §3.4), and some verifiers know only the low one.
    sign: (input) => Buffer.from(p256.sign(Buffer.from(input), secret, { lowS: true })),
  };
}

/** The RS256 key. PKCS #1 v1.5 signatures are deterministic. */
export function rsaKey(): VectorKey {
  const privateKey = createPrivateKey({ key: rsaTestOnly, format: 'jwk' });
  const { kty, n, e } = rsaTestOnly;
  return {
    kid: 'test-only-rsa',
    alg: 'RS256',
    publicJwk: { kty, n, e },
    publicKey: createPublicKey(privateKey),
    sign: (input) => sign('sha256', Buffer.from(input), privateKey),
  };
}

/** Published on purpose. Never accept it outside of tests. */
const rsaTestOnly = {
  kty: 'RSA',
  n: 'oaqF4_fAke4NswU229zyzxj93uPKuHn6TOj2SfoQAw59gFSxr2GmatQn0aceyjjOayezQquNudqDlItV0VR5LfKkie2-PaYU1sRCqkR1DrNbJ0c3eIAvx45NGDOWjCnhOBMWigXU7-4wLa1oYhyHVoPsUQKsfKLNug1gSiWkhjUqyog29E8U-HTflofTd4DoJPdYFsWIms5PBExAukFFbZXs3br9b_Wvjbp-7oglDwHbdrMclstmE36J-r9xykh8KLrJTlyiIROuTH9eelXYactYUqBpcMXRnnPZGifOHnYQf2xEmu7i3guDV8ns7FWGL8adhQfhguXWDVtzxdfBmQ',
  e: 'AQAB',
  d: 'He2oGMJiW4Gi9pvGAqDeMHmzceJgwpMOQ9Oy2JIbCb3SfQHw3QNqYAeDkZvrJsuqZwrz9Ck3NQtfZY3_5p9JSbjMPh6No_MNk47Euqmus_h_LP_RpJSyg7Jz0kGmoq8UGyHpf8bBm2NQdvxNwS__3APTKVIh5XbsN__G7iMW2KNOaV7Ke2vXxCjsrG-yoe8BzEq5fy24krGHTsLidSVsomHC5Tt8MchWvYWMY1RHXo4czhlwoO4TumeSXKYlfMB6moFYgrxra_D0r_o8T89jYUaplvobLNp0aTh_1ewAAueZzIeLM26hv69E8UV3UK_7_lm1mIAh-iEQ1BzAxGZsQw',
  p: '4C_Ju1b2BuIJbi9Z1TQh2-u1tH1cerNsVu5BXnWZ6mtmxzCESO32HJLsnAJad3I7xibz3WtJfr3JnkOD73HdY0he3pOEoWZ_r3mT3bRfa8NIc0crGQRmlTXxyTCtFFLajgMHE4PpZxOJlKUfNKNHtvZFMGA7kFfHtpgJyyG-SXM',
  q: 'uJt_2X8FElmL42aPVpYia-sBWcrSopmNSb-3iGlkVbobigJIQxvfN11r0w7E2PIKaLziKbwX3v1wCHXXoLX_xfaBQ6Jr7Gw0FL-ixkmVFaEOVCKZ6NT-z_WTiuhan3w3C_D_x1MumrT5aRQ_U-sWd6P79Qvyl_RfNTLMZDhLNcM',
  dp: '2rFjbi__omk_38-rJ1NKsFk4kRA1dbCvwAF9nSLFeas5wJfwg6A2lFszG2EkVR8Hdl4rSFTPhianlo6wFpWR7Lb9bMyk9jmh11CXURASgXInq-TCAw6K74WHDsdAH_JPJ3eGoJ_uwNGLRYjqbxPU8oM8rVtC36TxuoqICzMoiEc',
  dq: 'WHll96Xxl07FRVHU5omDq7bwaclT08vFtA-m9UCVbqSIKEdZvJfyDcW_NGLCorq1lGbZ-WiFBEDwXY2krwgqsgSnBPQlxyRAfaUubNu9EKWkiVwf6T-Tc7VdZdhf_kl41EdHPo82Kb0MP3kNtLlZhjNYQKPeO0dKDePvoyR7nyM',
  qi: 'r_7eM0-rPne71wwxpmqx62by0UXIP3ju1cAnJNWrnLv6huWk0kpdNmPyFTpUMAR1RZFqluwXVqlm5KwwHwMIsusis5-L7nbycUJpZzgTq3W5lLy21Au388NdFXlMVaEmTY30QEG_dZM-LDZDnANsqS8oKlNTQCl51sZU8jLPZE4',
};
