import { chromeExtensionBuild, extensionBuilds } from '../../config/extension-builds.ts';
import type { ExtensionConfig } from '../../config/types.ts';

/** The identity of an organization's own builds. */
export interface ExtensionIdentity {
  /** `extension.chrome_key`. */
  chromeKey: string;
  chromeId: string;
  firefoxId: string;
}

/** The identity of the builds of a new configuration: for Chrome from its key, for Firefox from the broker's host. */
export const extensionIdentity = (issuer: string, chromeKey: string): ExtensionIdentity => ({
  chromeKey,
  chromeId: chromeExtensionBuild(chromeKey).id,
  // Firefox wants the form of an e-mail address, in these characters.
  firefoxId: `latchkey@${new URL(issuer).hostname.replaceAll(/[^\w.-]/g, '-')}`,
});

/** The section `extension` of a new configuration. */
export const extensionSection = ({ chromeKey, chromeId, firefoxId }: ExtensionIdentity): string => `extension:
  # Your own builds (rollout.md in the documentation). Add the ID of an extension from a store, if you use one.
  chrome_ids: [${chromeId}]
  firefox_ids: [${firefoxId}]
  chrome_key: ${chromeKey}
`;

/** The same, as the loaded configuration has it. */
export const extensionConfig = ({
  chromeId,
  firefoxId,
}: ExtensionIdentity): Pick<ExtensionConfig, 'builds' | 'idOfKey'> => ({
  builds: extensionBuilds([chromeId], [firefoxId]),
  idOfKey: chromeId,
});

/** The redirect URIs of the builds, one per line, for the client at the provider. */
export const redirectUriLines = (identity: ExtensionIdentity): string[] =>
  extensionConfig(identity).builds.map(({ redirectUri }) => redirectUri);
