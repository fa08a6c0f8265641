/** The authentication schemes of access tokens (RFC 6750, RFC 9449). */
export type Scheme = 'Bearer' | 'DPoP';
