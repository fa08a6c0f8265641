/** What follows the name of a secret: in a form or a query, in JSON, or with a space around the sign. */
const named =
  /((?<![\w-])(?:[\w-]*(?:token|secret|assertion|password|verifier)|code)(?:\s*=\s*["']?|["']\s*:\s*["']))[^\s&"',;]+/gi;
/** A JWT, or any other run of characters that is as long as a secret of 128 bits. */
const tokenLike = /eyJ[\w-]*\.[\w.-]*|[\w-]{22,}/g;
const uuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;
/** From here on, nothing is a word or a name. */
const longestWord = 40;

/**
 * Returns a provider's text for the log. Some providers, proxies and firewalls quote the request that they refuse, with
 * its codes and tokens. IDs that the provider's support asks for stay: UUIDs, and what is too short to be a secret.
 */
export const withoutTokens = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll(named, '$1[removed]')
    .replaceAll(tokenLike, (found) => (isWord(found) ? found : '[removed]'))
    .replaceAll(/\p{Cc}+/gu, ' ');

/** Such as `interaction_required_by_policy`: secrets have digits, with hardly an exception. */
const isWord = (found: string): boolean =>
  uuid.test(found) || (found.length < longestWord && !found.startsWith('eyJ') && !/\d/.test(found));
