import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/** A server's key and certificate, in PEM form. */
export interface ServerCertificate {
  key: string;
  cert: string;
}

/** A private certificate authority, as companies have one. */
export interface Authority {
  /** Its certificate, in PEM form. */
  pem: string;
  /** Issues a certificate for a host name, valid from yesterday until tomorrow. */
  issue(host: string): ServerCertificate;
}

const day = 86_400_000;
/** An authority that issues certificates with P-256 keys (X.509, RFC 5280). */
export function createAuthority(name = 'Company CA'): Authority {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const certify = (subject: string, publicKey: KeyObject, extensions: Buffer[]) =>
    certificate({ issuer: name, subject, publicKey, extensions, signWith: keys.privateKey });
  const isAuthority = extension('551d13', sequence(der(0x01, Buffer.from([0xff]))), true);
  const signsCertificates = extension('551d0f', der(0x03, Buffer.from([1, 0x06])), true);
  return {
    pem: certify(name, keys.publicKey, [isAuthority, signsCertificates]),
    issue(host) {
      const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const names = extension('551d11', sequence(der(0x82, Buffer.from(host))), false);
      return {
        key: createPrivateKey(own.privateKey.export({ type: 'pkcs8', format: 'pem' }))
          .export({ type: 'pkcs8', format: 'pem' })
          .toString(),
        cert: certify(host, own.publicKey, [names]),
      };
    },
  };
}

interface Content {
  issuer: string;
  subject: string;
  publicKey: KeyObject;
  extensions: Buffer[];
  signWith: KeyObject;
}

/** ecdsa-with-SHA256 (RFC 5758 §3.2) */
const algorithm = () => sequence(der(0x06, Buffer.from('2a8648ce3d040302', 'hex')));

function certificate({ issuer, subject, publicKey, extensions, signWith }: Content): string {
  const now = Date.now();
  const content = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm(),
    nameOf(issuer),
    sequence(time(now - day), time(now + day)),
    nameOf(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions)),
  );
  const signature = der(0x03, Buffer.concat([Buffer.from([0]), sign('sha256', content, signWith)]));
  const lines =
    sequence(content, algorithm(), signature)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

/** A value in DER (X.690): tag, length, content. */
function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const sequence = (...parts: Buffer[]): Buffer => der(0x30, Buffer.concat(parts));

/** A name that is only a common name. */
const nameOf = (commonName: string): Buffer =>
  sequence(der(0x31, sequence(der(0x06, Buffer.from('550403', 'hex')), der(0x0c, Buffer.from(commonName)))));

const time = (ms: number): Buffer =>
  der(0x17, Buffer.from(new Date(ms).toISOString().replace(/^..(..)-(..)-(..)T(..):(..):(..).*$/, '$1$2$3$4$5$6Z')));

const extension = (oid: string, value: Buffer, critical: boolean): Buffer =>
  sequence(der(0x06, Buffer.from(oid, 'hex')), ...(critical ? [der(0x01, Buffer.from([0xff]))] : []), der(0x04, value));
