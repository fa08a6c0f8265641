/** Node's codes for a certificate whose authority isn't trusted: a company's own, or one that inspects TLS on the way. */
export const unknownAuthority: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/**
 * Node's codes for a certificate that verification rejects. The connection is closed before a request is sent.
 *
 * @see https://nodejs.org/api/tls.html#x509-certificate-error-codes
 */
export const certificateFaults: ReadonlySet<string> = new Set([
  ...unknownAuthority,
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REVOKED',
  'CERT_UNTRUSTED',
  'CERT_REJECTED',
  'CERT_SIGNATURE_FAILURE',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);
