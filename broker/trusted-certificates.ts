import { X509Certificate } from 'node:crypto';
import tls from 'node:tls';
import { NetworkError } from './outbound-proxy.ts';

/** Whom the broker trusts for TLS, besides the certificate authorities that Node.js has. */
export interface TrustedCertificates {
  /** Certificates in PEM form. */
  pems: readonly string[];
  /** Whether the operating system's store counts, too. */
  system: boolean;
}

const [begin, end] = ['-----BEGIN CERTIFICATE-----', '-----END CERTIFICATE-----'];

/** Splits a PEM file. @returns `undefined` if it has no certificate, or one that can't be read */
export function certificatesIn(text: string): string[] | undefined {
  const [, ...parts] = text.split(begin);
  const pems = parts.map((part) => `${begin}${part.split(end, 1)[0]}${end}`);
  try {
    for (const pem of pems) new X509Certificate(pem);
  } catch {
    return undefined;
  }
  return pems.length > 0 ? pems : undefined;
}

/**
 * Applies to every TLS connection that this process opens from now on: to providers, and to PostgreSQL.
 *
 * @throws {NetworkError} if this Node.js can't do so. Without these authorities, every provider would seem to be away
 */
export function trustCertificates({ pems, system }: TrustedCertificates): void {
  if (pems.length === 0 && !system) return;
  if (typeof tls.setDefaultCACertificates !== 'function') {
    throw new NetworkError(
      `"tls" in the configuration needs Node.js 24.5 or later; this is ${process.versions.node}. Install a newer Node.js, or take "tls" out and name the certificates in NODE_EXTRA_CA_CERTS`,
    );
  }
  tls.setDefaultCACertificates([
    ...tls.getCACertificates('default'),
    ...(system ? tls.getCACertificates('system') : []),
    ...pems,
  ]);
}
