import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import { parse } from 'yaml';
import { exactOrigin, isSecureUrl } from '#shared/origin.ts';
import type { BakedConfig } from '../platform/config.ts';

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

/** The part of `latchkey.yaml` that the extension needs; the broker checks the rest. */
const schema = v.object({
  issuer,
  origins: v.optional(v.record(origin, v.unknown()), {}),
  extension: v.optional(v.object({ chrome_key: v.optional(base64), firefox_ids: v.optional(v.array(v.string())) }), {}),
});

/** What a build needs to know of an organisation. */
export interface BuildConfig {
  baked: BakedConfig | null;
  chromeKey?: string | undefined;
  firefoxId: string;
}

const defaultFirefoxId = 'latchkey@latchkey.dev';

/** The build for the stores: it belongs to no organisation. */
export const storeBuild: BuildConfig = { baked: null, firefoxId: defaultFirefoxId };

/**
 * Reads `latchkey.yaml` as far as the extension is concerned.
 *
 * @throws with every fault in one message, each with its path
 */
export async function readBuildConfig(file: string): Promise<BuildConfig> {
  const parsed = v.safeParse(schema, parse(await readFile(file, 'utf8')));
  if (!parsed.success) {
    const faults = parsed.issues.map((issue) => `  ${v.getDotPath(issue) ?? '(the file)'}: ${issue.message}`);
    throw new Error(`${file} can't be built into an extension:\n${faults.join('\n')}`);
  }
  const { issuer, origins, extension } = parsed.output;
  return {
    baked: { broker: issuer, sites: Object.keys(origins) },
    chromeKey: extension.chrome_key,
    firefoxId: extension.firefox_ids?.[0] ?? defaultFirefoxId,
  };
}
