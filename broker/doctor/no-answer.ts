/** Why a request got no answer: the code, which people can search for, what it means, and what to do. */
export interface NoAnswer {
  /** `ECONNREFUSED`, `CERT_HAS_EXPIRED`, …, or `timeout`. Absent if the error has none. */
  code: string | undefined;
  what: string;
  cure: string;
}

/** How long a request may take, in milliseconds. */
export const patienceMs = 10_000;

/** Explains the error of `fetch`. @param url where the request went */
export function explainNoAnswer(error: unknown, url: URL): NoAnswer {
  const code = codeOf(error);
  const { what, cure } = code === refusedByProxy ? proxyRefusal(error, url) : meaningOf(code, url);
  return { code, what: code === undefined || code === 'timeout' ? what : `${what} (${code})`, cure };
}

/** Whether the server was reached, but its certificate is not accepted. */
export const isCertificateError = (code: string | undefined): boolean =>
  code !== undefined && code in certificateErrors;

/** Whether somebody may trust the certificate, only not this machine. */
export const isUnknownAuthority = (code: string | undefined): boolean =>
  isCertificateError(code) &&
  !['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID', 'ERR_TLS_CERT_ALTNAME_INVALID', 'CERT_REVOKED'].includes(code ?? '');

/** The innermost code. */
function codeOf(error: unknown): string | undefined {
  let found: string | undefined;
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (cause.name === 'TimeoutError') return 'timeout';
    if (typeof code === 'string') found = code;
  }
  return found;
}

/** What `fetch` says if the proxy in `HTTPS_PROXY` opens no tunnel. The proxy's status is in the message only. */
const refusedByProxy = 'UND_ERR_ABORTED';

function proxyRefusal(error: unknown, { host }: URL): { what: string; cure: string } {
  let status: string | undefined;
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause)
    status = /\b\d{3}\b/.exec(cause.message)?.[0] ?? status;
  return {
    what: `the proxy refuses the connection to ${host}${status === undefined ? '' : ` with ${status}`}`,
    cure:
      status === '407'
        ? 'Correct the user and password in HTTPS_PROXY: http://user:password@proxy.example.com:3128.'
        : `Let the proxy allow ${host}, or list the host in NO_PROXY if it can be reached without the proxy.`,
  };
}

function meaningOf(code: string | undefined, { hostname, host, port, protocol }: URL): { what: string; cure: string } {
  const at = port === '' ? `${hostname}:${protocol === 'http:' ? 80 : 443}` : host;
  if (isCertificateError(code))
    return {
      what: `the connection to ${at} is not trusted: ${certificateErrors[code as CertificateError]}`,
      cure: cureOfCertificate(code as CertificateError, hostname),
    };
  switch (code) {
    case 'ENOTFOUND':
      return {
        what: `DNS has no address for ${hostname}`,
        cure: `Check the spelling of ${hostname}, and the DNS server of this machine. ${orByProxy}`,
      };
    case 'EAI_AGAIN':
      return {
        what: `the DNS lookup of ${hostname} failed`,
        cure: `Check that this machine can reach its DNS server. ${orByProxy}`,
      };
    case 'ECONNREFUSED':
      return {
        what: `nothing accepts connections at ${at}`,
        cure: `Start the server at ${at}, or correct the host and the port.`,
      };
    case 'timeout':
    case 'ETIMEDOUT':
    case 'UND_ERR_CONNECT_TIMEOUT':
      return {
        what: `no answer from ${at} within ${patienceMs / 1_000} s`,
        cure: `A firewall may drop the packets: allow connections from this machine to ${at}. ${orByProxy}`,
      };
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return { what: `there is no route to ${at}`, cure: `Check the network of this machine. ${orByProxy}` };
    case 'EPROTO':
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
      return {
        what: `${at} doesn't speak TLS`,
        cure: 'Correct the port: it may be the one for plain HTTP.',
      };
    default:
      return {
        what: `the connection to ${at} broke off`,
        cure: `Look into the log of the server or proxy at ${at}: it closed the connection without an HTTP response.`,
      };
  }
}

const orByProxy =
  'If this network reaches the internet only through a proxy, the broker and this command need HTTPS_PROXY.';

/** OpenSSL's verification errors, as Node.js names them. */
const certificateErrors = {
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself, and not by a certificate authority',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate comes from a certificate authority that this machine does not know',
  UNABLE_TO_GET_ISSUER_CERT: 'the certificate of its certificate authority is missing',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'the certificate of its certificate authority is missing',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the certificate of its certificate authority is missing',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
  CERT_REVOKED: 'its certificate was revoked',
  CERT_SIGNATURE_FAILURE: 'its certificate is not signed by the authority that it names',
} as const;

type CertificateError = keyof typeof certificateErrors;

function cureOfCertificate(code: CertificateError, hostname: string): string {
  switch (code) {
    case 'CERT_HAS_EXPIRED':
      return `Renew the certificate of ${hostname}. If it was renewed already, the server there still uses the old one: reload it. Also check the clock of this machine.`;
    case 'CERT_NOT_YET_VALID':
      return 'Check the clock of this machine.';
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `Use the host name that the certificate is for, or get a certificate for ${hostname}.`;
    case 'CERT_REVOKED':
      return `Get a new certificate for ${hostname}.`;
    default:
      return `If ${hostname} uses a private CA, or a firewall inspects TLS, trust that CA: set tls.ca_file to its certificate, or set tls.system_ca: on if the operating system trusts it. Otherwise, configure the server to send its intermediate certificates.`;
  }
}
