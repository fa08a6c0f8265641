import { mobileConfig } from './mobile-config.ts';
import type { SelfHostedUrls } from './self-hosted-urls.ts';

/** A self-hosted extension that browsers install without asking. */
export interface Rollout {
  /** ID in Chrome and Edge. `undefined` leaves these browsers out. */
  chromeId: string | undefined;
  /** ID in Firefox. `undefined` leaves it out. */
  firefoxId: string | undefined;
  urls: SelfHostedUrls;
}

/**
 * Writes the policies that force the installation, in the form that each platform reads: JSON files (Linux, and to paste
 * into management consoles), `.reg` files (Windows, Group Policy preferences), and configuration profiles (macOS, Jamf).
 *
 * @returns the content of each file by its name
 * @see https://chromeenterprise.google/policies/#ExtensionSettings
 * @see https://mozilla.github.io/enterprise-admin-reference/reference/policies/extensionsettings/
 */
export function installPolicies({ chromeId, firefoxId, urls }: Rollout): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  if (chromeId !== undefined) {
    const entry = { installation_mode: 'force_installed', update_url: urls.updateXml, override_update_url: true };
    const ofChrome = { [chromeId]: { ...entry, toolbar_pin: 'force_pinned' } };
    const ofEdge = { [chromeId]: entry };
    files.set('chrome.json', json({ ExtensionSettings: ofChrome }));
    files.set('chrome.reg', registry('Google\\Chrome', ofChrome));
    files.set('chrome.mobileconfig', mobileConfig('com.google.Chrome', { ExtensionSettings: ofChrome }));
    files.set('edge.json', json({ ExtensionSettings: ofEdge }));
    files.set('edge.reg', registry('Microsoft\\Edge', ofEdge));
    files.set('edge.mobileconfig', mobileConfig('com.microsoft.Edge', { ExtensionSettings: ofEdge }));
  }
  if (firefoxId !== undefined) {
    const settings = {
      [firefoxId]: { installation_mode: 'force_installed', install_url: urls.xpi, default_area: 'navbar' },
    };
    files.set('firefox-policies.json', json({ policies: { ExtensionSettings: settings } }));
    files.set('firefox.reg', registry('Mozilla\\Firefox', settings));
    const profile = { EnterprisePoliciesEnabled: true, ExtensionSettings: settings };
    files.set('firefox.mobileconfig', mobileConfig('org.mozilla.firefox', profile));
  }
  return files;
}

const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;

/** A registry file, which needs CRLF. The value is JSON in a string, as the browsers' administrative templates write it. */
function registry(browser: string, settings: object): string {
  const value = JSON.stringify(settings).replaceAll('\\', '\\\\').replaceAll('"', '\\"');
  return [
    'Windows Registry Editor Version 5.00',
    '',
    `[HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\${browser}]`,
    `"ExtensionSettings"="${value}"`,
    '',
  ].join('\r\n');
}
