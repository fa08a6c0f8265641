/** What is sealed to the device: by "Allow" the provider's grant, and what is known of it. */
export interface SealedGrant {
  refreshToken: string | undefined;
  /** Once the device's session has begun: its refresh token, which no answer has brought to the device yet. */
  handle?: string | undefined;
  upstream: string;
  issuer: string;
  /** Epoch milliseconds. */
  issuedAt: number;
  /** When the provider vouched for the person, epoch milliseconds. */
  refreshedAt: number;
  /** Of an authorization code: what its redemption has to show again, and what its ID token repeats. */
  authorization?: { redirectUri: string; codeChallenge: string; nonce: string | undefined } | undefined;
}

export const formatSealedGrant = (grant: SealedGrant): string => JSON.stringify(grant);

/** For text that came out of our own seal, and so is what {@link formatSealedGrant} wrote. */
export const parseSealedGrant = (text: string): SealedGrant => JSON.parse(text);
