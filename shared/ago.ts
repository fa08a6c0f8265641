/**
 * Formats how long ago something happened: `5 minutes ago`.
 *
 * @param ms at least 0
 * @param justNow text for less than a minute
 * @param tag language, BCP 47
 */
export function ago(tag: string, ms: number, justNow: string): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return justNow;
  const format = new Intl.RelativeTimeFormat(tag);
  if (minutes < 120) return format.format(-minutes, 'minute');
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? format.format(-hours, 'hour') : format.format(-Math.floor(hours / 24), 'day');
}
