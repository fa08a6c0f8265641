import type { Refusal } from './refused.ts';
import type { Scheme } from './scheme.ts';

/** Whether a resource server accepts DPoP-bound tokens. */
export type DpopUse = 'required' | 'optional' | 'off';

/**
 * Returns the `WWW-Authenticate` value for a refusal, in the scheme of the request's token.
 *
 * @returns `undefined` if no other token would help
 * @see RFC 6750 §3
 * @see RFC 9449 §7.1
 * @see RFC 9470 §3
 */
export function challenge({ code, message, params = {} }: Refusal, scheme: Scheme, dpop: DpopUse): string | undefined {
  if (code === 'temporarily_unavailable') return undefined;
  // Without a token in the request, the challenge names the schemes and nothing else (RFC 6750 §3.1).
  if (code === 'missing_token') return invitations[dpop];
  const written = Object.entries({ error: code, error_description: message, ...params }).map(
    ([name, value]) => `${name}="${quotable(value)}"`,
  );
  return `${scheme} ${[...written, ...(scheme === 'DPoP' ? ['algs="ES256"'] : [])].join(', ')}`;
}

const invitations: Readonly<Record<DpopUse, string>> = {
  required: 'DPoP algs="ES256"',
  optional: 'Bearer, DPoP algs="ES256"',
  off: 'Bearer',
};

/** Keeps only characters that RFC 6750 §3 allows in a description. */
const quotable = (text: string): string => text.replaceAll('"', "'").replaceAll(/[^\x20-\x7e]|\\/g, '?');
