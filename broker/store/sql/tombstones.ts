import { type Expression, expressionBuilder, type SelectQueryBuilder } from 'kysely';
import type { LogoutTarget, WideTarget } from '../model.ts';
import type { Schema } from './schema.ts';

export function tombstoneKey(
  target: LogoutTarget | WideTarget,
): Pick<Schema['tombstones'], 'issuer' | 'kind' | 'value'> {
  if ('everything' in target) return { issuer: '', kind: 'everything', value: '' };
  if ('upstream' in target) return { issuer: '', kind: 'upstream', value: target.upstream };
  return 'sid' in target
    ? { issuer: target.issuer, kind: 'sid', value: target.sid }
    : { issuer: target.issuer, kind: 'sub', value: target.idpSub };
}

/**
 * Subquery for the tombstones that apply to a grant: those of its person, its provider session or its provider, and
 * those over everything, whose `iat` is not before the grant began. Expired tombstones still apply.
 *
 * @param grant set `sid` only if the grant ends with the provider session; device grants do not
 */
export function tombstonesOver(grant: {
  issuer: Expression<string>;
  upstream: Expression<string>;
  sub: Expression<string>;
  sid?: Expression<string | null> | undefined;
  issuedAt: Expression<number>;
}): SelectQueryBuilder<Schema, 'tombstones', { iat: number }> {
  const { sid } = grant;
  return expressionBuilder<Schema>()
    .selectFrom('tombstones')
    .select('tombstones.iat')
    .where('tombstones.iat', '>=', grant.issuedAt)
    .where((eb) => {
      const idpSub = eb.selectFrom('people').select('people.idpSub').where('people.sub', '=', grant.sub).$asScalar();
      const key = (issuer: Expression<string>, kind: Schema['tombstones']['kind'], value: Expression<string | null>) =>
        eb.and([
          eb('tombstones.issuer', '=', issuer),
          eb('tombstones.kind', '=', kind),
          eb('tombstones.value', '=', value),
        ]);
      const none = eb.val('');
      return eb.or([
        key(grant.issuer, 'sub', idpSub),
        key(none, 'upstream', grant.upstream),
        key(none, 'everything', none),
        ...(sid ? [key(grant.issuer, 'sid', sid)] : []),
      ]);
    });
}
