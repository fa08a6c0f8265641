import type { Session } from '../model.ts';
import type { GrantKind, SignInSampleStore } from '../store.ts';
import type { SqlDatabase } from './database.ts';
import { tableOf } from './grants.ts';

export const signInSamples = ({ db }: SqlDatabase): SignInSampleStore => ({
  async latestSignIns(upstream, limit) {
    const latest = (kind: GrantKind) =>
      db
        .selectFrom(tableOf(kind))
        .select(['sealedRefresh', 'claims', 'createdAt'])
        .where('upstream', '=', upstream)
        .where('state', '=', 'active')
        .orderBy('createdAt', 'desc')
        .limit(limit)
        .execute();
    return [...(await latest('session')), ...(await latest('device'))]
      .sort((one, other) => other.createdAt - one.createdAt)
      .slice(0, limit)
      .map(({ sealedRefresh, claims }) => ({
        hasGrant: sealedRefresh !== null,
        groups: (JSON.parse(claims) as Session['claims']).groups.length,
      }));
  },
});
