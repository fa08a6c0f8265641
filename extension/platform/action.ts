import { baked } from './baked-config.ts';
import { browser } from './browser.ts';

/** The appearance of Latchkey's toolbar icon. */
export interface IconLook {
  /** Color or gray. An organization's own icon has no gray version, so it is always in color. */
  lit: boolean;
  /** One or two characters on the icon. Empty for no badge. */
  badge: string;
  /** `attention`: the user has something to do. `good`: it only informs. */
  tone?: 'attention' | 'good' | undefined;
  /** The tooltip. Screen readers read it, too. */
  title: string;
}

const sizes = [16, 32];
const filesIn = (folder: string): Record<string, string> =>
  Object.fromEntries(sizes.map((size) => [size, `/${folder}/${size}.png`]));

/** White text has a contrast of at least 4.5:1 on each. */
const grounds = { attention: '#8a4b08', good: '#14635c' };

/**
 * Draws the icon. Browsers forget it when they close.
 *
 * @param tabId draws it for one tab only, until the tab goes to another page. Fails if the tab is gone
 */
export async function showIcon({ lit, badge, tone = 'attention', title }: IconLook, tabId?: number): Promise<void> {
  const at = tabId === undefined ? {} : { tabId };
  await Promise.all([
    browser.action.setIcon({ path: filesIn(lit || baked?.hasIcons ? 'icons' : 'icons/gray'), ...at }),
    browser.action.setBadgeText({ text: badge, ...at }),
    browser.action.setBadgeBackgroundColor({ color: grounds[tone], ...at }),
    browser.action.setBadgeTextColor({ color: '#ffffff', ...at }),
    browser.action.setTitle({ title, ...at }),
  ]);
}
