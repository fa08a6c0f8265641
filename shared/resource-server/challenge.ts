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
  if (code === 'missing_token') return invitation(dpop);
  const written = Object.entries({ error: code, error_description: message, ...params }).map(
    ([name, value]) => `${name}="${quotable(value)}"`,
  );
  return `${scheme} ${[realm, ...written, ...(scheme === 'DPoP' ? [algs] : [])].join(', ')}`;
}

/** In every challenge: a scheme has to be followed by a parameter (RFC 6750 §3). */
const realm = 'realm="latchkey"';
const algs = 'algs="ES256"';

const invitations: Readonly<Record<DpopUse, string>> = {
  required: `DPoP ${realm}, ${algs}`,
  optional: `Bearer ${realm}, DPoP ${realm}, ${algs}`,
  off: `Bearer ${realm}`,
};

/** Names the schemes that are accepted, and no error. */
export const invitation = (dpop: DpopUse): string => invitations[dpop];

/** Keeps only characters that RFC 6750 §3 allows in a description. */
const quotable = (text: string): string => text.replaceAll('"', "'").replaceAll(/[^\x20-\x7e]|\\/g, '?');
