import { secureHeaders as honoSecureHeaders } from 'hono/secure-headers';

/**
 * Headers of every answer. The policy forbids everything and then names what the pages have: one style sheet,
 * one picture and the forms' own origin. HSTS lasts a year (ASVS 3.4.1), and is left out on plain loopback.
 */
export function secureHeaders(issuer: string) {
  return honoSecureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'"],
      formAction: ["'self'"],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
    },
    strictTransportSecurity: issuer.startsWith('https:') ? 'max-age=31536000; includeSubDomains' : false,
    referrerPolicy: 'no-referrer',
    xFrameOptions: 'DENY',
    crossOriginResourcePolicy: 'same-origin',
    crossOriginOpenerPolicy: 'same-origin',
    permissionsPolicy: { camera: [], microphone: [], geolocation: [], payment: [], usb: [] },
  });
}
