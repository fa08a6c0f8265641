import { assets } from '../../web/pages/assets.ts';
import type { Operation, Parameter, Paths } from '../operation.ts';

const image = { type: 'string', contentMediaType: 'image/*' };
const text = { type: 'string' };
const mediaType = (type: string): string => type.split(';', 1)[0] ?? type;

const asset = (
  id: string,
  summary: string,
  types: readonly string[],
  more: Partial<Pick<Operation, 'parameters' | 'errors'>> = {},
): Operation => ({
  id,
  tag: 'Assets',
  summary,
  answers: {
    200: {
      description: 'The file. Caches may keep it for as long as `Cache-Control` says.',
      content: Object.fromEntries(types.map((type) => [type, type.startsWith('image/') ? image : text])),
    },
  },
  errors: [],
  ...more,
});

const images = ['image/png', 'image/svg+xml'];
const name: Parameter = {
  name: 'name',
  in: 'path',
  description: 'The provider, by its name in the configuration.',
  schema: { type: 'string' },
};

const idOf = (file: string): string => file.replaceAll(/[^a-z]([a-z])/g, (_, next: string) => next.toUpperCase());

/** What the pages load. */
export const assetPaths: Paths = {
  '/assets/branding.css': {
    get: asset('readBrandingStyle', 'The organization’s color', ['text/css'], { errors: ['not_found'] }),
  },
  '/assets/logo': { get: asset('readLogo', 'The organization’s logo', images, { errors: ['not_found'] }) },
  '/assets/providers/{name}': {
    get: asset('readProviderIcon', 'A provider’s icon', images, { parameters: [name], errors: ['not_found'] }),
  },
  ...Object.fromEntries(
    [...assets].map(([file, { type }]) => [
      `/assets/${file}`,
      { get: asset(idOf(`read-${file}`), `The pages’ ${file}`, [mediaType(type)]) },
    ]),
  ),
};
