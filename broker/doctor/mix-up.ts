import type { AuthorizationServer } from 'oauth4webapi';
import { about, type Finding } from './finding.ts';

/**
 * Where two providers send no `iss` in their redirects (RFC 9207), nothing in a redirect tells which one it is from. A
 * code that ends up at the wrong provider opens nothing there, but it does end up there.
 *
 * @param discovered metadata by the provider's configured name
 */
export function checkMixUp(discovered: ReadonlyMap<string, AuthorizationServer>): Finding[] {
  const silent = [...discovered]
    .filter(([, metadata]) => metadata.authorization_response_iss_parameter_supported !== true)
    .map(([name]) => name);
  if (silent.length < 2) return [];
  return [
    about('providers').warning(
      `${silent.join(', ')} send no iss in their redirects, so a redirect doesn't tell which of them it is from (RFC 9207)`,
      'Turn on iss at the providers if they can send it. Otherwise, configure only providers whose operators you trust with the other providers’ codes.',
    ),
  ];
}
