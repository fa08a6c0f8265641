import { browser } from './browser.ts';

/** Opens our settings, or brings them to the front. */
export const openSettings = (): Promise<void> => browser.runtime.openOptionsPage();

/** The version of this build, `x.y.z`. */
export const version = (): string => browser.runtime.getManifest().version;
