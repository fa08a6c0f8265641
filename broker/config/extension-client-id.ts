/** `client_id` of the extension's tokens (RFC 9068 §2.2). Reserved: devices and services must not use it. */
export const extensionClientId = 'latchkey-extension';
