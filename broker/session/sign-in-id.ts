/**
 * The ID under which a sign-in is in the log, in the audit log and in the extension, from its start to the tokens of its
 * session. It is the start of its transaction's ID, which is a hash: it opens nothing.
 *
 * @returns 12 characters of base64url
 */
export const signInIdOf = (transactionId: string): string => transactionId.slice(0, 12);
