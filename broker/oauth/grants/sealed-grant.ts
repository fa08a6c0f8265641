/** The content sealed to the device: the provider's grant, from "Allow" on, and its metadata. */
export interface SealedGrant {
  /** The provider's refresh token. */
  refreshToken: string | undefined;
  /**
   * The device's own refresh token. It is set when the session begins, because no response has delivered it to the
   * device yet.
   */
  deviceRefreshToken?: string | undefined;
  upstream: string;
  issuer: string;
  /** Epoch milliseconds. */
  issuedAt: number;
  /** When the provider last vouched for the person, in epoch milliseconds. */
  refreshedAt: number;
  /** When the sign-in for "Allow" began, in epoch milliseconds by the broker's clock. Older grants lack it. */
  beganAt?: number | undefined;
  /** Set for authorization codes: what the redemption has to present again, and what the ID token repeats. */
  authorization?:
    | {
        redirectUri: string;
        codeChallenge: string;
        nonce: string | undefined;
        /** Thumbprint of the DPoP key that has to redeem the code (RFC 9449 §10). */
        dpopJkt?: string | undefined;
      }
    | undefined;
}

/** The stored form. Other replicas and older databases call the device's refresh token `handle`. */
type StoredGrant = Omit<SealedGrant, 'deviceRefreshToken'> & { handle?: string | undefined };

export function formatSealedGrant({ deviceRefreshToken, ...grant }: SealedGrant): string {
  const stored: StoredGrant = { ...grant, handle: deviceRefreshToken };
  return JSON.stringify(stored);
}

/** Parses text that came out of the broker's own seal, so it is always the output of {@link formatSealedGrant}. */
export function parseSealedGrant(text: string): SealedGrant {
  const { handle, ...grant }: StoredGrant = JSON.parse(text);
  return { ...grant, deviceRefreshToken: handle };
}
