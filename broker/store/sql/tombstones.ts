import { type Expression, expressionBuilder, type SelectQueryBuilder } from 'kysely';
import type { LogoutTarget } from '../model.ts';
import type { Schema } from './schema.ts';

export const tombstoneKey = (target: LogoutTarget) =>
  'sid' in target
    ? { issuer: target.issuer, kind: 'sid' as const, value: target.sid }
    : { issuer: target.issuer, kind: 'sub' as const, value: target.idpSub };

/**
 * Subquery for the tombstones that apply to a grant: those of its person or its provider session whose `iat` is not
 * before the grant began. Expired tombstones still apply.
 *
 * @param grant set `sid` only if the grant ends with the provider session; device grants do not
 */
export function tombstonesOver(grant: {
  issuer: Expression<string>;
  sub: Expression<string>;
  sid?: Expression<string | null> | undefined;
  issuedAt: Expression<number>;
}): SelectQueryBuilder<Schema, 'tombstones', { iat: number }> {
  const { sid } = grant;
  return expressionBuilder<Schema>()
    .selectFrom('tombstones')
    .select('tombstones.iat')
    .where('tombstones.issuer', '=', grant.issuer)
    .where('tombstones.iat', '>=', grant.issuedAt)
    .where((eb) => {
      const idpSub = eb.selectFrom('people').select('people.idpSub').where('people.sub', '=', grant.sub);
      const ofPerson = eb.and([eb('tombstones.kind', '=', 'sub'), eb('tombstones.value', '=', idpSub)]);
      if (!sid) return ofPerson;
      return eb.or([ofPerson, eb.and([eb('tombstones.kind', '=', 'sid'), eb('tombstones.value', '=', sid)])]);
    });
}
