import type { Image } from './branding.ts';

const dataUrls = new WeakMap<Image, string>();

/**
 * An image as a `data:` URL, because the extension's pages load nothing from the network. It is encoded once, until a reload
 * replaces the image.
 */
export function dataUrl(image: Image): string {
  const known = dataUrls.get(image);
  if (known !== undefined) return known;
  const url = `data:${image.type};base64,${Buffer.from(image.body).toString('base64')}`;
  dataUrls.set(image, url);
  return url;
}
