import { isWebUrl } from '@latchkey/shared/origin.ts';

/**
 * Where a person ends a session at the broker that this command could not end.
 *
 * @param issuer `undefined` if it comes from a file that could not be read: a link from it could lead anywhere
 */
export const whereToEnd = (issuer: string | undefined): string =>
  issuer !== undefined && isWebUrl(issuer) ? `go to ${new URL('/account', issuer)}` : 'open /account on your broker';
