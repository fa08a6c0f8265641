import tls from 'node:tls';
import { createAuthority } from '../kit/certificates.ts';

/** The authority whose certificates this process trusts. */
export const trustedAuthority = createAuthority('Example CA');
tls.setDefaultCACertificates([...tls.getCACertificates('default'), trustedAuthority.pem]);

export const unknownAuthority = createAuthority('Unknown CA');
