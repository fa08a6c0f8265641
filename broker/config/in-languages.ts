import { type Named, nameIn } from './names.ts';
import type { Config } from './types.ts';

/**
 * The configuration with the names of sites, APIs and devices in a person's language.
 *
 * @param wishes language tags in order of preference
 */
export function inLanguages(config: Config, wishes: readonly string[]): Config {
  const said = <Entry extends Named>(entries: ReadonlyMap<string, Entry>): ReadonlyMap<string, Entry> =>
    new Map([...entries].map(([key, entry]) => [key, { ...entry, name: nameIn(entry, wishes) }]));
  const resources = [...said(config.resources)].map(([key, resource]): [string, typeof resource] => {
    const { scopes, scopeNames = {} } = resource;
    const words = Object.entries(scopes).map(([scope, name]) => [
      scope,
      nameIn({ name, names: scopeNames[scope] }, wishes),
    ]);
    return [key, { ...resource, scopes: Object.fromEntries(words) as Record<string, string> }];
  });
  return {
    ...config,
    resources: new Map(resources),
    origins: said(config.origins),
    devices: said(config.devices),
  };
}
