import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import { parse } from 'yaml';
import { type DemoUser, demoUsers } from '../demo/users.ts';
import type { DevOptions } from './options.ts';

/** The configuration file can't be used. The message lists everything that is wrong. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/** Who signs in, and what pages and devices may have. */
export interface Settings {
  users: DemoUser[];
  /** As in `latchkey.yaml`. The broker checks them. */
  sections: Readonly<Record<Section, Record<string, unknown>>>;
}

const sections = ['resources', 'origins', 'devices', 'services', 'branding'] as const;
type Section = (typeof sections)[number];

const user = v.pipe(
  v.strictObject({
    username: v.string(),
    password: v.optional(v.string(), 'latchkey'),
    name: v.optional(v.string()),
    email: v.optional(v.string()),
    groups: v.optional(v.array(v.string()), []),
  }),
  v.transform((given): DemoUser => {
    const { username } = given;
    return { ...given, name: given.name ?? username, email: given.email ?? `${username}@example.com` };
  }),
);

const section = v.optional(v.record(v.string(), v.unknown()), {});
const schema = v.strictObject({
  users: v.optional(v.array(user)),
  resources: section,
  origins: section,
  devices: section,
  services: section,
  branding: section,
});

/**
 * What the options and the configuration file ask for. Sites and APIs of the options are added to those of the file.
 *
 * @throws {SettingsError} if the file can't be read or used
 */
export async function readSettings(options: DevOptions): Promise<Settings> {
  const { users, ...given } = options.config === undefined ? v.parse(schema, {}) : await readFrom(options.config);
  const sections = withOptions(given, options);
  for (const [name, example] of [
    ['origins', '--site http://localhost:5173'],
    ['resources', '--api http://localhost:3000'],
  ] as const) {
    if (Object.keys(sections[name]).length > 0) continue;
    throw new SettingsError(`${options.config} has nothing under ${name}: name one there, or with ${example}`);
  }
  return { users: users ?? [...demoUsers], sections };
}

async function readFrom(file: string): Promise<v.InferOutput<typeof schema>> {
  let content: unknown;
  try {
    content = parse(await readFile(file, 'utf8')) ?? {};
  } catch (cause) {
    throw new SettingsError(`${file} can't be read: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
  const parsed = v.safeParse(schema, content);
  if (parsed.success) return parsed.output;
  const faults = parsed.issues.map((issue) => `  ${v.getDotPath(issue) ?? '(the file)'}: ${issue.message}`);
  throw new SettingsError(
    `${file} can't be used:\n${faults.join('\n')}\nIt may have users, ${sections.join(', ')}; latchkey dev chooses the rest.`,
  );
}

function withOptions(given: Settings['sections'], { sites, apis, scopes }: DevOptions): Settings['sections'] {
  const allow = Object.fromEntries(apis.map((api) => [api, scopes]));
  const added = {
    resources: Object.fromEntries(apis.map((api) => [api, resource(api, scopes)])),
    origins: Object.fromEntries(sites.map((site) => [site, { name: new URL(site).host, allow }])),
    devices: apis.length === 0 ? {} : { cli: { name: 'Command line', allow, session: '30d', grant: 'both' } },
  };
  return {
    ...given,
    resources: { ...added.resources, ...given.resources },
    origins: { ...added.origins, ...given.origins },
    devices: { ...added.devices, ...given.devices },
  };
}

const resource = (api: string, scopes: readonly string[]) => ({
  name: new URL(api).host,
  scopes: Object.fromEntries(scopes.map((scope) => [scope, `Use “${scope}” at ${new URL(api).host}`])),
  groups: 'all',
});
