/**
 * Whether a name can stand beside our own words: it has no line breaks and none of the invisible characters that change
 * how the text around them looks, such as direction marks (Unicode's control, format and separator characters).
 */
export const isPlainText = (text: string): boolean => /^[^\p{C}\p{Zl}\p{Zp}]+$/u.test(text);
