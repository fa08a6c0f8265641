import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { exactOrigin, isSecureUrl } from '@latchkey/shared/origin.ts';
import { isPlainText } from '@latchkey/shared/plain-text.ts';
import type { SelfHostedUrls } from '@latchkey/shared/rollout/self-hosted-urls.ts';
import type { Organization } from '@latchkey/shared/session-api.ts';
import * as v from 'valibot';
import { parse } from 'yaml';
import type { BakedConfig } from '../platform/baked-config.ts';
import { type Brand, iconSizes, isPngOf } from './branding.ts';
import { identityFaults } from './identity.ts';

const issuer = v.pipe(
  v.string(),
  v.check(
    (text) => URL.canParse(text) && isSecureUrl(new URL(text)),
    'issuer must be an https URL (http on loopback only)',
  ),
);
const origin = v.pipe(
  v.string(),
  v.check((text) => exactOrigin(text) === text, 'origins must be exact: scheme, host and port, nothing after them'),
);
const base64 = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9+/]{100,}={0,2}$/, 'chrome_key must be a public key in base64 (SPKI)'),
);

/** Browsers truncate longer names. */
const name = v.pipe(
  v.string(),
  v.maxLength(45, 'name must have at most 45 characters'),
  v.check(isPlainText, 'must have text, and no line breaks or invisible characters'),
);
const icons = v.strictObject(
  v.entriesFromList(iconSizes.map(String), v.string()),
  `icons must name a PNG file for each of ${iconSizes.join(', ')}`,
);

/** The organization's name and help. */
const branding = v.object({
  name: v.optional(name),
  support: v.optional(
    v.object({
      url: v.optional(v.string()),
      email: v.optional(v.pipe(v.string(), v.check(isPlainText, 'must not have line breaks or invisible characters'))),
    }),
    {},
  ),
  recovery_url: v.optional(v.string()),
});

const site = v.fallback(
  v.object({
    attach_tokens: v.optional(v.boolean(), false),
    allow: v.optional(v.record(v.string(), v.unknown()), {}),
  }),
  { attach_tokens: false, allow: {} },
);
const resource = v.fallback(v.object({ urls: v.optional(v.array(v.string())) }), {});

/** The part of `latchkey.yaml` that the extension needs. The broker checks the rest. */
const schema = v.object({
  issuer,
  origins: v.optional(v.record(origin, site), {}),
  resources: v.optional(v.record(v.string(), resource), {}),
  branding: v.optional(branding),
  extension: v.optional(
    v.object({
      chrome_key: v.optional(base64),
      chrome_ids: v.optional(v.array(v.string()), []),
      firefox_ids: v.optional(v.array(v.string()), []),
      name: v.optional(name),
      icons: v.optional(icons),
    }),
    { chrome_ids: [], firefox_ids: [] },
  ),
});

/** The parts of an organization's configuration that a build needs. */
export interface BuildConfig {
  baked: BakedConfig | null;
  chromeKey?: string | undefined;
  firefoxId: string;
  brand?: Brand | undefined;
  /** Where the packages will be, if the organization hosts them itself. The manifest then names it. */
  selfHosted?: SelfHostedUrls | undefined;
  /** Why the organization's broker would refuse this build. */
  identityFaults?: readonly string[] | undefined;
}

const defaultFirefoxId = 'latchkey@latchkey.dev';

/** The build for the browser stores. It isn't tied to an organization. */
export const storeBuild: BuildConfig = { baked: null, firefoxId: defaultFirefoxId };

/**
 * Reads the extension's part of `latchkey.yaml`.
 *
 * @throws one error that lists all problems, each with its path
 */
export async function readBuildConfig(file: string): Promise<BuildConfig> {
  const parsed = v.safeParse(schema, parse(await readFile(file, 'utf8')));
  if (!parsed.success) {
    const faults = parsed.issues.map((issue) => `  ${v.getDotPath(issue) ?? '(the file)'}: ${issue.message}`);
    throw new Error(`${file} can't be built into an extension:\n${faults.join('\n')}`);
  }
  const { issuer, origins, branding: face, extension } = parsed.output;
  const attached = attachedIn(parsed.output);
  const icons = extension.icons && (await readIcons(file, extension.icons));
  const { chrome_key: chromeKey, chrome_ids: chromeIds, firefox_ids: firefoxIds } = extension;
  const faults = identityFaults({ chromeKey, chromeIds, firefoxIds });
  return {
    baked: {
      broker: issuer,
      sites: Object.keys(origins),
      ...(face ? { organization: organizationOf(face) } : {}),
      ...(icons ? { hasIcons: true } : {}),
      ...(attached ? { attached } : {}),
    },
    chromeKey,
    firefoxId: firefoxIds[0] ?? defaultFirefoxId,
    ...(faults.length > 0 ? { identityFaults: faults } : {}),
    ...(extension.name || icons ? { brand: { name: extension.name, icons } } : {}),
  };
}

function attachedIn({ origins, resources }: v.InferOutput<typeof schema>): BakedConfig['attached'] {
  const sites = Object.entries(origins).filter(([, { attach_tokens: attaches }]) => attaches);
  if (sites.length === 0) return undefined;
  const used = new Set(sites.flatMap(([, { allow }]) => Object.keys(allow)));
  const urls = [...used].flatMap((resource) => resources[resource]?.urls ?? [resource]);
  return {
    sites: sites.map(([origin]) => origin),
    apis: [...new Set(urls.filter((url) => URL.canParse(url)).map((url) => new URL(url).origin))],
  };
}

const organizationOf = ({ name, support, recovery_url }: v.InferOutput<typeof branding>): Organization => ({
  name,
  support_url: support.url,
  support_email: support.email,
  recovery_url,
});

/** Paths are relative to the configuration file. */
async function readIcons(file: string, paths: Record<string, string>): Promise<Brand['icons']> {
  const faults: string[] = [];
  const icons = {} as Record<(typeof iconSizes)[number], string>;
  for (const size of iconSizes) {
    icons[size] = resolve(dirname(file), paths[size] ?? '');
    const bytes = await readFile(icons[size]).catch(() => undefined);
    if (!bytes) faults.push(`  extension.icons.${size}: ${icons[size]} can't be read`);
    else if (!isPngOf(size, bytes)) faults.push(`  extension.icons.${size}: must be a PNG of ${size} × ${size} pixels`);
  }
  if (faults.length > 0) throw new Error(`${file} can't be built into an extension:\n${faults.join('\n')}`);
  return icons;
}
