import {
  type Expression,
  type ExpressionBuilder,
  expressionBuilder,
  type SelectQueryBuilder,
  type SqlBool,
} from 'kysely';
import { emailKey } from '../email-key.ts';
import type { ProviderPerson, Tombstone } from '../model.ts';
import type { Schema, TombstoneKind } from './schema.ts';

type Row = { issuer: string; kind: TombstoneKind; value: string; iat: number };

/** The rows of a tombstone. A logout by `sid` also means sign-ins of the person for which the provider named none. */
export function tombstoneRows(tombstone: Tombstone): Row[] {
  if ('at' in tombstone) {
    const row = { issuer: '', iat: tombstone.at };
    if ('sub' in tombstone) return [{ ...row, kind: 'person', value: tombstone.sub }];
    if ('clientId' in tombstone) return [{ ...row, kind: 'client', value: tombstone.clientId }];
    if ('jti' in tombstone) return [{ ...row, kind: 'token', value: tombstone.jti }];
    if ('upstream' in tombstone) return [{ ...row, kind: 'upstream', value: tombstone.upstream }];
    return [{ ...row, kind: 'everything', value: '' }];
  }
  const { iat, ...target } = tombstone;
  const { issuer } = target;
  if ('email' in target) return [{ issuer, kind: 'email', value: emailKey(target.email), iat }];
  if (!('sid' in target)) return [{ issuer, kind: 'sub', value: target.idpSub, iat }];
  const { sid, idpSub } = target;
  return [
    { issuer, kind: 'sid', value: sid, iat },
    ...(idpSub === undefined ? [] : [{ issuer, kind: 'no_sid' as const, value: idpSub, iat }]),
  ];
}

export const hintRow = (target: ProviderPerson, iat: number): Row =>
  'email' in target
    ? { issuer: target.issuer, kind: 'hint_email', value: emailKey(target.email), iat }
    : { issuer: target.issuer, kind: 'hint_sub', value: target.idpSub, iat };

/** A grant, as far as tombstones and hints are compared with it. */
export interface Dated {
  issuer: Expression<string>;
  upstream: Expression<string>;
  sub: Expression<string>;
  /** Set it only if the grant ends with the provider session; device grants do not. */
  sid?: Expression<string | null> | undefined;
  clientId?: Expression<string> | undefined;
  /** By the provider's clock. */
  issuedAt: Expression<number>;
  /** By the broker's clock. */
  beganAt: Expression<number>;
}

type Query = SelectQueryBuilder<Schema, 'tombstones', { iat: number }>;

/**
 * Subquery for the tombstones that apply to a grant: those of its person, its client, its provider session or its
 * provider, and those over everything, that are not older than the grant, each by its own clock. Expired tombstones still apply.
 */
export const tombstonesOver = (grant: Dated): Query =>
  matching((eb) => {
    const { issuer, upstream, sub, sid, clientId, issuedAt, beganAt } = grant;
    const { idpSub, key } = personOf(eb, sub);
    const byProvider = rowAt(eb, issuer, issuedAt);
    const none = eb.val('');
    const byBroker = rowAt(eb, none, beganAt);
    const matches = [
      byProvider('sub', idpSub),
      byProvider('email', key),
      byBroker('person', sub),
      byBroker('upstream', upstream),
      byBroker('everything', none),
    ];
    if (clientId) matches.push(byBroker('client', clientId));
    if (sid) {
      matches.push(byProvider('sid', sid));
      matches.push(eb.and([eb(sid, 'is', null), byProvider('no_sid', idpSub)]));
    }
    return eb.or(matches);
  });

/** Subquery for the hints about a grant's person that are not older than the grant. */
export const hintsAbout = ({ issuer, sub, beganAt }: Dated): Query =>
  matching((eb) => {
    const { idpSub, key } = personOf(eb, sub);
    const hint = rowAt(eb, issuer, beganAt);
    return eb.or([hint('hint_sub', idpSub), hint('hint_email', key)]);
  });

type Builder = ExpressionBuilder<Schema, 'tombstones'>;

const matching = (condition: (eb: Builder) => Expression<SqlBool>): Query =>
  expressionBuilder<Schema>().selectFrom('tombstones').select('tombstones.iat').where(condition);

/** Each match names the whole key, so that it is looked up, and locked, alone. */
const rowAt =
  (eb: Builder, issuer: Expression<string>, since: Expression<number>) =>
  (kind: TombstoneKind, value: Expression<string | null>): Expression<SqlBool> =>
    eb.and([
      eb('tombstones.issuer', '=', issuer),
      eb('tombstones.kind', '=', kind),
      eb('tombstones.value', '=', value as Expression<string>),
      eb('tombstones.iat', '>=', since),
    ]);

function personOf(eb: Builder, sub: Expression<string>) {
  const person = eb.selectFrom('people').where('people.sub', '=', sub);
  return { idpSub: person.select('people.idpSub').$asScalar(), key: person.select('people.emailKey').$asScalar() };
}
