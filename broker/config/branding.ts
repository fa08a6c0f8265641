import { readFileSync } from 'node:fs';
import { contrastWithWhite } from '@latchkey/shared/contrast.ts';
import * as v from 'valibot';
import { plainName } from './plain-name.ts';

/** An image of the configuration, served by the broker. */
export interface Image {
  type: 'image/svg+xml' | 'image/png';
  body: Uint8Array<ArrayBuffer>;
}

/** The face of the organization: on the broker's pages, in the extension, and in errors. */
export interface Branding {
  /** Instead of “Latchkey”. */
  name: string | undefined;
  logo: Image | undefined;
  /** `#rrggbb`, dark enough for white text on it. */
  color: string | undefined;
  /** Whom people can ask. */
  support: { url: string | undefined; email: string | undefined };
  /** Where people get back into an account that they can't sign in to. */
  recoveryUrl: string | undefined;
}

/** What a configuration without a `branding` section has. */
export const noBranding: Branding = {
  name: undefined,
  logo: undefined,
  color: undefined,
  support: { url: undefined, email: undefined },
  recoveryUrl: undefined,
};

const text = v.pipe(v.string('must be text'), v.minLength(1, 'must not be empty'));

/** A page of the organization, which people open in their browser. */
const pageUrl = v.pipe(
  text,
  v.check(
    (value) => URL.canParse(value) && new URL(value).protocol === 'https:',
    'must be an https: URL, such as https://help.example.com',
  ),
);

/** WCAG 2.2, 1.4.3. */
const leastContrast = 4.5;

/** What white text on a color needs. Lint and browsers accept more spellings; one is enough to check. */
const color = v.pipe(
  text,
  v.regex(/^#[0-9a-fA-F]{6}$/, 'must be a color such as "#0a5c36", in quotation marks'),
  v.check(
    (value) => !/^#[0-9a-fA-F]{6}$/.test(value) || contrastWithWhite(value) >= leastContrast,
    ({ input }) =>
      `has a contrast of ${contrastWithWhite(String(input)).toFixed(1)}:1 with white. Text needs ${leastContrast}:1 (WCAG 2.2). Use a darker shade`,
  ),
);

export const brandingSchema = v.strictObject({
  name: v.optional(plainName(45)),
  logo: v.optional(text),
  color: v.optional(color),
  support: v.optional(
    v.strictObject({
      url: v.optional(pageUrl),
      email: v.optional(v.pipe(plainName(254), v.email('must be an email address'))),
    }),
    {},
  ),
  recovery_url: v.optional(pageUrl),
});

const longestImage = 100_000;

/**
 * Reads an image file.
 *
 * @param most its size in bytes
 * @returns the image, or what is wrong with the file
 */
export function readImage(path: string, most = longestImage): Image | string {
  let body: Buffer;
  try {
    body = readFileSync(path);
  } catch {
    return `the file ${path} cannot be read`;
  }
  if (body.length > most) return `the file ${path} has more than ${most / 1_000} kB. Use a smaller image`;
  const type = typeOf(body);
  return type ? { type, body: new Uint8Array(body) } : `the file ${path} is neither an SVG nor a PNG image`;
}

function typeOf(body: Buffer): Image['type'] | undefined {
  // https://www.w3.org/TR/png-3/#5PNG-file-signature
  if (body.subarray(0, 8).toString('latin1') === '\x89PNG\r\n\x1a\n') return 'image/png';
  return /<svg[\s>]/.test(body.subarray(0, 2_000).toString()) ? 'image/svg+xml' : undefined;
}
