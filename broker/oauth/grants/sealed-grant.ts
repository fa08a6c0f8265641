/** What is sealed to the device: the provider's grant, from "Allow" on, and what is known of it. */
export interface SealedGrant {
  /** The provider's. */
  refreshToken: string | undefined;
  /** The device's own: set when its session begins, since no answer has brought it to the device yet. */
  deviceRefreshToken?: string | undefined;
  upstream: string;
  issuer: string;
  /** Epoch milliseconds. */
  issuedAt: number;
  /** When the provider vouched for the person, epoch milliseconds. */
  refreshedAt: number;
  /** Of an authorization code: what its redemption has to show again, and what its ID token repeats. */
  authorization?: { redirectUri: string; codeChallenge: string; nonce: string | undefined } | undefined;
}

/** As stored. Other replicas and older databases call the device's refresh token `handle`. */
type StoredGrant = Omit<SealedGrant, 'deviceRefreshToken'> & { handle?: string | undefined };

export function formatSealedGrant({ deviceRefreshToken, ...grant }: SealedGrant): string {
  const stored: StoredGrant = { ...grant, handle: deviceRefreshToken };
  return JSON.stringify(stored);
}

/** For text that came out of our own seal, and so is what {@link formatSealedGrant} wrote. */
export function parseSealedGrant(text: string): SealedGrant {
  const { handle, ...grant }: StoredGrant = JSON.parse(text);
  return { ...grant, deviceRefreshToken: handle };
}
