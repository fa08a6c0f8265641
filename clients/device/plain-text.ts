/**
 * Makes text from the network safe for a terminal: removes control characters, which could move the cursor or fake
 * another line (CWE-150).
 */
export const plainText = (text: string, max = 300): string => text.replaceAll(/\p{C}+/gu, ' ').slice(0, max);
