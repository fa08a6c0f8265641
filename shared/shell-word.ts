/**
 * Writes a text as one word of a command that people copy: a path with a space or a quote is one argument for their shell, and
 * nothing in it is run. For POSIX shells, and for PowerShell unless the text has a single quote.
 *
 * @see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_02_02
 * @example
 * shellWord("/srv/Ada's keys"); // '/srv/Ada'\''s keys'
 */
export const shellWord = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
