import { isWebUrl } from '@latchkey/shared/origin.ts';

/**
 * Where a person ends a session at the broker that this command could not end.
 *
 * @param issuer `undefined` if the file that names it was damaged or changed: a link from it could lead anywhere
 */
export const whereToEnd = (issuer: string | undefined): string =>
  issuer !== undefined && isWebUrl(issuer)
    ? `go to ${new URL('/account', issuer)}`
    : "open your broker's page /account";
