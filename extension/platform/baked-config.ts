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
  /** Origins of sites with `attach_tokens`, and of the APIs that their requests get tokens for. Absent if there are none. */
  attached?: { sites: string[]; apis: string[] } | undefined;
}

/** Inserted by Vite's `define`. `null` in the store build, which asks the user for the broker. */
declare const __LATCHKEY_BAKED__: BakedConfig | null;

/** Inserted, too. A build without such sites has none of the code for them. */
declare const __LATCHKEY_ATTACHES__: boolean;

export const baked: BakedConfig | null = __LATCHKEY_BAKED__;
export const attaches: boolean = __LATCHKEY_ATTACHES__;
