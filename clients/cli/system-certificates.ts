import tls from 'node:tls';
import { unknownAuthority } from '@latchkey/shared/certificate-faults.ts';

function isUnknownAuthority(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (unknownAuthority.has(String((cause as NodeJS.ErrnoException).code))) return true;
  }
  return false;
}

/**
 * A `fetch` that also trusts the certificate authorities of the operating system, as the user's browser does. Companies
 * put theirs there. They are loaded when a certificate needs them, because that takes up to half a second.
 */
export function fetchTrustingSystem(fetch: typeof globalThis.fetch): typeof globalThis.fetch {
  let isLoaded = typeof tls.setDefaultCACertificates !== 'function';
  return async (input, init) => {
    try {
      return await fetch(input, init);
    } catch (error) {
      if (isLoaded || !isUnknownAuthority(error)) throw error;
      isLoaded = true;
      tls.setDefaultCACertificates([...tls.getCACertificates('default'), ...tls.getCACertificates('system')]);
      // Nothing was sent.
      return fetch(input, init);
    }
  };
}
