import { X509Certificate } from 'node:crypto';
import tls from 'node:tls';

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

/** Applies to every TLS connection that this process opens from now on: to providers, and to PostgreSQL. */
export function trustCertificates({ pems, system }: TrustedCertificates): void {
  if (pems.length === 0 && !system) return;
  tls.setDefaultCACertificates([
    ...tls.getCACertificates('default'),
    ...(system ? tls.getCACertificates('system') : []),
    ...pems,
  ]);
}
