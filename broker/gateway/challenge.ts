export type Scheme = 'Bearer' | 'DPoP';

/**
 * Value of `WWW-Authenticate` for a refused token, answering in the scheme that it came under.
 *
 * @see RFC 6750 §3, RFC 9449 §7.1, RFC 9470 §3
 */
export function challenge(
  scheme: Scheme,
  error: { code: string; why: string; params?: Readonly<Record<string, string>> },
): string {
  const params = { error: error.code, error_description: error.why, ...error.params };
  const written = Object.entries(params).map(([name, value]) => `${name}="${quotable(value)}"`);
  return `${scheme} ${[...written, ...(scheme === 'DPoP' ? ['algs="ES256"'] : [])].join(', ')}`;
}

/** Who sent no token is told which schemes there are, and nothing else (RFC 6750 §3.1). */
export function invitation(dpop: 'required' | 'optional' | 'off'): string {
  const schemes = { required: ['DPoP'], optional: ['Bearer', 'DPoP'], off: ['Bearer'] }[dpop];
  return schemes.map((scheme) => (scheme === 'DPoP' ? 'DPoP algs="ES256"' : scheme)).join(', ');
}

/** The characters that RFC 6750 §3 lets into a description. */
const quotable = (text: string): string => text.replaceAll('"', "'").replaceAll(/[^\x20-\x7e]|\\/g, '?');
