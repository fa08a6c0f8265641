import type { ConfigFile } from './schema.ts';
import type { CarriedGroups } from './types.ts';

/** Resolves `groups` of a resource. */
export function carriedGroups(
  resource: string,
  groups: ConfigFile['resources'][string]['groups'],
  file: Pick<ConfigFile, 'origins' | 'devices'>,
): CarriedGroups {
  if (Array.isArray(groups)) return { carry: 'named', named: groups };
  return { carry: groups === 'all' ? 'all' : 'named', named: usedGroups(resource, file) };
}

/** The groups that the rules of sites and clients name, if those may have tokens for the resource. */
function usedGroups(resource: string, { origins, devices }: Pick<ConfigFile, 'origins' | 'devices'>): string[] {
  const users = [...Object.values(origins), ...Object.values(devices)].filter(({ allow }) =>
    Object.hasOwn(allow, resource),
  );
  return [...new Set(users.flatMap(({ groups }) => groups))];
}
