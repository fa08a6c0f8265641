import { isWebUrl } from '@latchkey/shared/origin.ts';
import { renderUnicodeCompact } from 'uqr';
import { DeviceError } from '../device/device-error.ts';
import type { LoginState } from '../device/login.ts';
import { plainText } from '../device/plain-text.ts';

type Code = Extract<LoginState, { type: 'code' }>;

/**
 * Formats the sign-in instructions: the number if the person's browser asks for one, the page, the code, and a QR code that
 * contains both.
 *
 * @param colors whether there are escape codes for white on black. Without them there is no QR code: a terminal with a light
 *   background would invert it, which some cameras can't read
 * @throws {DeviceError} `bad_answer` if a link isn't an `https:` URL (`http:` on loopback), or has credentials
 */
export function instructions(
  { user_code, verification_uri, verification_uri_complete, number }: Code,
  colors: boolean,
): string {
  const page = link(verification_uri);
  const lines =
    number === undefined
      ? ['', 'Open this page on your phone or computer:']
      : [
          '',
          `Pick ${number} in Latchkey in your browser.`,
          '',
          "If it doesn't ask you, open this page on your phone or computer:",
        ];
  lines.push('', `    ${page}`, '');
  lines.push('Enter this code:', '', `    ${plainText(user_code, 32)}`, '');
  if (verification_uri_complete !== undefined) {
    const complete = link(verification_uri_complete);
    const ways = colors ? 'Or scan the QR code or open the link below' : 'Or open this link';
    lines.push(`${ways}. Check that the page shows the same code:`, '');
    if (colors) lines.push(...qr(complete), '');
    lines.push(`    ${complete}`, '');
  }
  return `${lines.join('\n')}\n`;
}

const qr = (text: string): string[] =>
  renderUnicodeCompact(text, { border: 2 })
    .split('\n')
    .map((line) => `    \x1b[97;40m${line}\x1b[0m`);

function link(text: string): string {
  if (isWebUrl(text)) return new URL(text).href;
  throw new DeviceError('bad_answer', 'The broker returned an invalid link. Check the --issuer URL.');
}
