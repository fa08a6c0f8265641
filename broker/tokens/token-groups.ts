import type { CarriedGroups } from '../config/types.ts';

/**
 * Why a token lacks some of the person's groups. `config`: the resource's `groups` doesn't include them. `size`: they
 * don't fit.
 */
export type GroupsOmitted = 'config' | 'size';

/** The claims of an access token about groups. */
export interface TokenGroups {
  groups: string[];
  /** Absent if the token has all of the person's groups. */
  groups_omitted?: GroupsOmitted | undefined;
}

/** Chooses which of a person's groups a token carries, the most important first. Their size is up to the minter. */
export function tokenGroups({ carry, named }: CarriedGroups, person: readonly string[]): TokenGroups {
  const own = [...new Set(person)];
  const isNamed = new Set(named);
  const groups = own.filter((group) => isNamed.has(group));
  const others = own.filter((group) => !isNamed.has(group));
  if (carry === 'all') return { groups: [...groups, ...others] };
  return others.length === 0 ? { groups } : { groups, groups_omitted: 'config' };
}

/**
 * Leaves out groups, from the end, until the claims fit.
 *
 * @param maxBytes how long the claims may be as JSON in UTF-8
 * @returns `undefined` if they don't fit even without groups
 */
export function fitGroups<Claims extends Partial<TokenGroups>>(claims: Claims, maxBytes: number): Claims | undefined {
  if (bytes(claims) <= maxBytes) return claims;
  const all = claims.groups ?? [];
  const without = { ...claims, groups: [], groups_omitted: 'size' } as const;
  let left = maxBytes - bytes(without);
  if (left < 0) return undefined;
  // Each group costs its own JSON and a comma.
  const end = all.findIndex((group) => {
    left -= bytes(group) + 1;
    return left < 0;
  });
  return { ...without, groups: end < 0 ? all : all.slice(0, end) };
}

const bytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));
