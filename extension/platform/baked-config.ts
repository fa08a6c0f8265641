/** What `npm run build:extension -- --config latchkey.yaml` bakes into the extension. */
export interface BakedConfig {
  /** The broker's issuer, exact. */
  broker: string;
  /** Origins of the pages that may ask, exact. */
  sites: string[];
  /** The organization has put its own icons in place of ours. */
  hasIcons?: boolean | undefined;
}

/** Put in by Vite (`define`); `null` in the store build, which asks for its broker. */
declare const __LATCHKEY_BAKED__: BakedConfig | null;

export const baked: BakedConfig | null = __LATCHKEY_BAKED__;
