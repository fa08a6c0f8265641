import type { Site } from './site.ts';

/** The demo's two sites. Their API is at `api`. */
export const demoSites = (api: string): Record<'shop' | 'notes', Site> => ({
  shop: {
    name: 'Shop',
    motto: 'Asks you before it sees your orders.',
    api,
    scopes: ['orders:read'],
    mayOrder: true,
    accent: 'plum',
  },
  notes: {
    name: 'Delivery notes',
    motto: 'May see your orders: the administrator has agreed for everybody.',
    api,
    scopes: ['orders:read'],
    mayOrder: false,
    accent: 'teal',
  },
});
