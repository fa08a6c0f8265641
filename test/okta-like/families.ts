import { randomBytes } from 'node:crypto';
import type { Grant } from './model.ts';

interface Family {
  grant: Grant;
  ended: boolean;
}

interface Member {
  family: Family;
  /** When it was first used. */
  usedAt: number | undefined;
}

/**
 * Refresh tokens that rotate. A used one is taken again for the leeway, counted from its first use; later use of
 * it is taken for theft, and ends the family.
 *
 * @see https://developer.okta.com/docs/guides/refresh-tokens/main/
 */
export function createFamilies({ now, leewayMs }: { now: () => number; leewayMs: number }) {
  const members = new Map<string, Member>();
  const counts = { rotations: 0, repeats: 0, reuses: 0 };

  const add = (family: Family): string => {
    const token = randomBytes(32).toString('base64url');
    members.set(token, { family, usedAt: undefined });
    return token;
  };

  return {
    counts,
    /** Begins a family with its first token. */
    begin: (grant: Grant): string => add({ grant, ended: false }),
    /** @returns the successor, or `undefined` where the token is good no more */
    use(token: string): { grant: Grant; next: string } | undefined {
      const member = members.get(token);
      if (!member || member.family.ended) return undefined;
      const { family } = member;
      if (member.usedAt === undefined) counts.rotations += 1;
      else if (now() - member.usedAt <= leewayMs) counts.repeats += 1;
      else {
        counts.reuses += 1;
        family.ended = true;
        return undefined;
      }
      member.usedAt ??= now();
      return { grant: family.grant, next: add(family) };
    },
    revoke(token: string): void {
      const member = members.get(token);
      if (member) member.family.ended = true;
    },
    /** As if an administrator had revoked every grant, or somebody had used a stolen token. */
    endAll(): void {
      for (const { family } of members.values()) family.ended = true;
    },
  };
}

export type Families = ReturnType<typeof createFamilies>;
