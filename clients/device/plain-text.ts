/**
 * Text from the network for a terminal: without control characters, which could move the cursor or
 * pretend to be another line (CWE-150).
 */
export const plainText = (text: string, max = 300): string => text.replaceAll(/\p{C}+/gu, ' ').slice(0, max);
