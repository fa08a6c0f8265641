/** What `npm run build:extension -- --config latchkey.yaml` bakes into the extension. */
export interface BakedConfig {
  /** The broker's issuer, exactly. */
  broker: string;
  /** Origins whose pages may make requests, exactly. */
  sites: string[];
  /** Whether the organization has replaced the icons. */
  hasIcons?: boolean | undefined;
}

/** Vite's `define` inserts it. `null` in the store build, which asks the user for the broker. */
declare const __LATCHKEY_BAKED__: BakedConfig | null;

export const baked: BakedConfig | null = __LATCHKEY_BAKED__;
