/** Names the extension as the client of its tokens (RFC 9068 §2.2). No device and no service may be called so. */
export const extensionClientId = 'latchkey-extension';
