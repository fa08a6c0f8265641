/** How long ago, in words. @param ms at least 0 */
export function ago(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return 'less than a minute ago';
  if (minutes < 120) return count(minutes, 'minute');
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? count(hours, 'hour') : count(Math.floor(hours / 24), 'day');
}

const count = (number: number, unit: string): string => (number === 1 ? `a ${unit} ago` : `${number} ${unit}s ago`);
