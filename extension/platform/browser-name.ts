import { parseUserAgent } from '@latchkey/shared/browser-name.ts';

/** A browser's name, version and system for reports to support, such as “Firefox 153, Linux”. */
export function browserName(userAgent: string): string {
  const { browser = 'browser', version = 'unknown', system = 'unknown system' } = parseUserAgent(userAgent);
  return `${browser} ${version}, ${system}`;
}
