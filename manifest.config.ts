import type { SelfHostedUrls } from '@latchkey/shared/rollout/self-hosted-urls.ts';
import type { BakedConfig } from './extension/platform/baked-config.ts';
import { matchPattern } from './extension/platform/match-pattern.ts';

/** Browsers that a build is for. */
export const targets = ['chrome', 'firefox'] as const;
export type Target = (typeof targets)[number];

/** What a build is made of. */
export interface ManifestOptions {
  target: Target;
  version: string;
  /** `null` makes the store build: no site access at install. */
  baked: BakedConfig | null;
  /** Base64 SPKI that gives the Chrome extension a stable id. */
  chromeKey?: string | undefined;
  /** Id of the Firefox add-on; its redirect URI is derived from it. */
  firefoxId: string;
  /** Where browsers look for updates of an extension that comes from no store. */
  selfHosted?: Pick<SelfHostedUrls, 'updateXml' | 'updatesJson'> | undefined;
}

const icons = { 16: 'icons/16.png', 32: 'icons/32.png', 48: 'icons/48.png', 128: 'icons/128.png' };

/** The policy of our own pages and the background: our files only, and the broker to talk to. */
const contentSecurityPolicy = (baked: BakedConfig | null): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    // The icons of providers come with the broker's answers.
    "img-src 'self' data:",
    `connect-src ${baked ? new URL(baked.broker).origin : 'https: http://localhost:* http://127.0.0.1:*'}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

function background(target: Target) {
  const script = 'background/main.ts';
  return target === 'chrome' ? { service_worker: script, type: 'module' } : { scripts: [script], type: 'module' };
}

/** What the store build may ask the person for, one origin at a time. `http:` is for brokers and sites on one's own machine. */
const askable = ['https://*/*', 'http://localhost/*', 'http://*.localhost/*', 'http://127.0.0.1/*'];

const patternsOf = (urls: readonly string[]): string[] => [...new Set(urls.map(matchPattern))];

/**
 * With its port, so that no other port of the host counts as the same. Firefox has no patterns with ports. The broker and other
 * sites have none either: the extension asks the browser about them by patterns without, which their content scripts have, too.
 */
function exactPattern(url: string): string {
  const { protocol, hostname, port } = new URL(url);
  return `${protocol}//${hostname}:${port || (protocol === 'https:' ? 443 : 80)}/*`;
}

/** How the script in pages of sites with `attach_tokens` finds out whether a GET opened the page. */
const pageMarks = {
  declarative_net_request: { rule_resources: [{ id: 'opened-by-get', enabled: true, path: 'opened-by-get.json' }] },
};

function siteAccess({ target, baked }: ManifestOptions) {
  if (!baked) return { optional_host_permissions: askable };
  const { broker, attached } = baked;
  const sites = patternsOf(baked.sites);
  const exact = [...(attached?.sites ?? []), ...(attached?.apis ?? [])];
  // The broker keeps its pattern without a port, even beside an API: the extension asks the browser about that one.
  const others = [broker, ...baked.sites].filter((origin) => !attached?.sites.includes(origin));
  return {
    host_permissions: [
      ...new Set([...patternsOf(others), ...exact.map(target === 'chrome' ? exactPattern : matchPattern)]),
    ],
    content_scripts: [
      { matches: sites, js: ['bridge/bridge.iife.ts'], run_at: 'document_start' },
      ...(attached
        ? [{ matches: patternsOf(attached.sites), js: ['bridge/attach.iife.ts'], run_at: 'document_start' }]
        : []),
    ],
  };
}

/** What only one browser understands. */
function browserSpecific({ target, chromeKey, firefoxId, selfHosted }: ManifestOptions) {
  if (target === 'chrome') {
    return {
      minimum_chrome_version: '123',
      // Firefox takes the same keys without being told of a schema.
      storage: { managed_schema: 'managed-schema.json' },
      ...(chromeKey ? { key: chromeKey } : {}),
      ...(selfHosted ? { update_url: selfHosted.updateXml } : {}),
    };
  }
  return {
    browser_specific_settings: {
      gecko: {
        id: firefoxId,
        ...(selfHosted ? { update_url: selfHosted.updatesJson } : {}),
        strict_min_version: '142.0',
        data_collection_permissions: { required: ['authenticationInfo'] },
      },
    },
  };
}

/** Neither browser has a command of its own with these keys. */
const shortcut = 'Alt+Shift+L';

/** The manifest, as a function of target and configuration. Paths are relative to `extension/`. */
export function createManifest(options: ManifestOptions) {
  return {
    manifest_version: 3,
    name: '__MSG_name__',
    description: '__MSG_description__',
    version: options.version,
    default_locale: 'en',
    icons,
    action: { default_title: '__MSG_name__', default_popup: 'ui/popup.html', default_icon: icons },
    // Opens the popup. People can change it in the browser.
    commands: { _execute_action: { suggested_key: { default: shortcut } } },
    options_ui: { page: 'ui/options.html', open_in_tab: true },
    background: background(options.target),
    // Each has its reason in docs/permissions.md; a test fails where one is missing.
    permissions: [
      'activeTab',
      'alarms',
      // Unlike `declarativeNetRequest`, only for hosts that the manifest names, and without a warning of its own.
      ...(options.baked?.attached ? ['declarativeNetRequestWithHostAccess'] : []),
      'identity',
      ...(options.baked ? [] : ['scripting']),
      'storage',
    ],
    // Private windows are refused in the background, with a message, unless the organization's policy allows them.
    incognito: 'spanning',
    content_security_policy: { extension_pages: contentSecurityPolicy(options.baked) },
    ...(options.baked?.attached ? pageMarks : {}),
    ...siteAccess(options),
    ...browserSpecific(options),
  };
}
