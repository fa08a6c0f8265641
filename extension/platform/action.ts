import { baked } from './baked-config.ts';
import { browser } from './browser.ts';

/** How Latchkey's icon in the toolbar looks. */
export interface IconLook {
  /** In color, or gray; an organization's own icon, of which there is no gray one, always in color. */
  lit: boolean;
  /** A character or two on it; empty for none. */
  badge: string;
  /** What hovering shows and a screen reader says. */
  title: string;
}

const sizes = [16, 32];
const filesIn = (folder: string): Record<string, string> =>
  Object.fromEntries(sizes.map((size) => [size, `/${folder}/${size}.png`]));

/** Draws the icon. Browsers forget it when they end. */
export async function showIcon({ lit, badge, title }: IconLook): Promise<void> {
  await Promise.all([
    browser.action.setIcon({ path: filesIn(lit || baked?.hasIcons ? 'icons' : 'icons/gray') }),
    browser.action.setBadgeText({ text: badge }),
    browser.action.setBadgeBackgroundColor({ color: '#8a4b08' }),
    browser.action.setBadgeTextColor({ color: '#ffffff' }),
    browser.action.setTitle({ title }),
  ]);
}
