/** What follows the name of a secret in a form or a query. */
const named = /(?<=(?:[?&]code|token|secret|assertion|password|verifier)=)[^\s&]+/gi;
/** A JWT, or any other run of characters that is as long as a secret. A UUID is shorter. */
const tokenLike = /eyJ[\w-]*\.[\w.-]*|[\w-]{40,}/g;

/**
 * Returns a provider's text for the log. Some providers, proxies and firewalls quote the request that they refuse, with
 * its codes and tokens.
 */
export const withoutTokens = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll(named, '[removed]')
    .replaceAll(tokenLike, '[removed]')
    .replaceAll(/\p{Cc}+/gu, ' ');
