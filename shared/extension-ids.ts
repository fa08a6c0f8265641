/** A hash in hexadecimal. Node computes it at once, the web asynchronously, so the caller supplies it. */
export type HexHash = (algorithm: 'sha1' | 'sha256', data: string | Uint8Array) => string;

/** What browsers derive from the identity of an extension. */
export interface ExtensionIds {
  /**
   * The ID in Chrome and Edge: the first 128 bits of the public key's SHA-256, written with the letters a to p.
   *
   * @param publicKey SubjectPublicKeyInfo (DER), which the manifest's `key` has in base64
   */
  chromeId(publicKey: Uint8Array): string;
  /** The redirect URI of `identity.launchWebAuthFlow` in Chrome and Edge. */
  chromeRedirectUri(id: string): string;
  /** The redirect URI of `identity.launchWebAuthFlow` in Firefox. Its host is the SHA-1 of the ID. */
  firefoxRedirectUri(id: string): string;
}

export const extensionIds = (hash: HexHash): ExtensionIds => ({
  chromeId: (publicKey) =>
    hash('sha256', publicKey)
      .slice(0, 32)
      .replace(/./g, (digit) => String.fromCharCode(97 + Number.parseInt(digit, 16))),
  chromeRedirectUri: (id) => `https://${id}.chromiumapp.org/`,
  firefoxRedirectUri: (id) => `https://${hash('sha1', id)}.extensions.allizom.org/`,
});
