import { baked } from './baked-config.ts';
import { browser } from './browser.ts';

/** The appearance of Latchkey's toolbar icon. */
export interface IconLook {
  /** Color or gray. An organization's own icon has no gray version, so it is always in color. */
  lit: boolean;
  /** One or two characters on the icon. Empty for no badge. */
  badge: string;
  /** The tooltip. Screen readers read it, too. */
  title: string;
}

const sizes = [16, 32];
const filesIn = (folder: string): Record<string, string> =>
  Object.fromEntries(sizes.map((size) => [size, `/${folder}/${size}.png`]));

/** Draws the icon. Browsers forget it when they close. */
export async function showIcon({ lit, badge, title }: IconLook): Promise<void> {
  await Promise.all([
    browser.action.setIcon({ path: filesIn(lit || baked?.hasIcons ? 'icons' : 'icons/gray') }),
    browser.action.setBadgeText({ text: badge }),
    browser.action.setBadgeBackgroundColor({ color: '#8a4b08' }),
    browser.action.setBadgeTextColor({ color: '#ffffff' }),
    browser.action.setTitle({ title }),
  ]);
}
