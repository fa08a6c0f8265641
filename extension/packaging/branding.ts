import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Icon sizes in the manifest, in pixels. */
export const iconSizes = [16, 32, 48, 128] as const;

/** The parts that an organization can replace: our name and icons. */
export interface Brand {
  name?: string | undefined;
  /** A PNG for each of {@link iconSizes}. */
  icons?: Readonly<Record<(typeof iconSizes)[number], string>> | undefined;
}

/** Our name, as it appears in the texts of every language. */
const ownName = /Latchkey/g;

/** Writes an organization's name into the texts of a build, and replaces the icons. */
export async function applyBrand(root: string, { name, icons }: Brand): Promise<void> {
  if (name !== undefined) {
    const locales = join(root, '_locales');
    for (const locale of await readdir(locales)) {
      const file = join(locales, locale, 'messages.json');
      const messages = JSON.parse(await readFile(file, 'utf8')) as Record<string, { message: string }>;
      for (const text of Object.values(messages)) text.message = text.message.replace(ownName, () => escaped(name));
      await writeFile(file, `${JSON.stringify(messages, null, 2)}\n`);
    }
  }
  if (icons) for (const size of iconSizes) await copyFile(icons[size], join(root, 'icons', `${size}.png`));
}

/** In messages, a dollar sign starts a placeholder. */
const escaped = (name: string): string => name.replaceAll('$', '$$$$');

/**
 * Whether a file is a square PNG with this many pixels per side.
 *
 * @see https://www.w3.org/TR/png-3/#11IHDR
 */
export function isPngOf(size: number, file: Uint8Array): boolean {
  if (file.length < 24) return false;
  const view = new DataView(file.buffer, file.byteOffset);
  const isPng = view.getUint32(0) === 0x89504e47 && view.getUint32(4) === 0x0d0a1a0a;
  return isPng && view.getUint32(16) === size && view.getUint32(20) === size;
}
