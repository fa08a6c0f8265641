import type { Organization } from '@latchkey/shared/session-api.ts';

/** What `npm run build:extension -- --config latchkey.yaml` bakes into the extension. */
export interface BakedConfig {
  /** The broker's exact issuer. */
  broker: string;
  /** Exact origins whose pages may make requests. */
  sites: string[];
  /** The organization's name and help, for when the broker can't be reached. */
  organization?: Organization | undefined;
  /** Whether the organization has replaced the icons. */
  hasIcons?: boolean | undefined;
}

/** Inserted by Vite's `define`. `null` in the store build, which asks the user for the broker. */
declare const __LATCHKEY_BAKED__: BakedConfig | null;

export const baked: BakedConfig | null = __LATCHKEY_BAKED__;
