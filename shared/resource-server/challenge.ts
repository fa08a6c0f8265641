import type { Refusal } from './refused.ts';
import type { Scheme } from './scheme.ts';

/** Whether a resource server takes tokens that are bound to a key (DPoP). */
export type DpopUse = 'required' | 'optional' | 'off';

/**
 * Value of `WWW-Authenticate` for a refusal, in the scheme under which the token came.
 *
 * @returns `undefined` where no other token would help
 * @see RFC 6750 §3, RFC 9449 §7.1, RFC 9470 §3
 */
export function challenge({ code, message, params = {} }: Refusal, scheme: Scheme, dpop: DpopUse): string | undefined {
  if (code === 'temporarily_unavailable') return undefined;
  // A request without a token is told which schemes there are, and nothing else (RFC 6750 §3.1).
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

/** The characters that RFC 6750 §3 lets into a description. */
const quotable = (text: string): string => text.replaceAll('"', "'").replaceAll(/[^\x20-\x7e]|\\/g, '?');
