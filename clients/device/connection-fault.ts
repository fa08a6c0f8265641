import { unknownAuthority } from '@latchkey/shared/certificate-faults.ts';

/** Why no connection came about, as far as the runtime tells: Node's `fetch` has the reason in its causes. */
export function connectionFault(error: unknown): { code: string | undefined; advice: string } {
  let code: string | undefined;
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth += 1) {
    const named = (cause as { code?: unknown }).code;
    if (typeof named === 'string') code = named;
  }
  return { code, advice: adviceFor(code) };
}

function adviceFor(code: string | undefined): string {
  if (code === undefined) return 'Check your network connection and the URL.';
  if (unknownAuthority.has(code)) {
    return "The certificate's authority isn't trusted here. If a firewall inspects connections, or your company has an authority of its own, add its certificate to the system's store, or name its file in NODE_EXTRA_CA_CERTS.";
  }
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
    return "The certificate isn't valid at this time. Check the clock of this computer.";
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'The certificate is for another name. Check the URL.';
  if (code === 'UND_ERR_ABORTED')
    return 'The proxy in HTTPS_PROXY refuses the connection. Check its address and password.';
  return 'Check your network connection and the URL. If this network has a proxy, set HTTPS_PROXY.';
}
