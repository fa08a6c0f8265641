/** Longest access token of a broker that a resource server accepts, in characters. Longer ones are refused unparsed. */
export const longestAcceptedToken = 8_192;

/**
 * Longest access token that the broker issues, in characters. It leaves room for the header's name, its scheme and a
 * proof in the 8 kB that nginx reserves for each header line.
 */
export const longestIssuedToken = 6_144;
