import { auditOwners, type Ended, type EndingDeps, endSignIns } from '../revocation/end-sign-ins.ts';
import type { LogoutTarget } from '../store/store.ts';

/**
 * Ends what the provider reports as ended: browser sessions by its `sid`, and by the person's `sub` also devices.
 *
 * @param ending `iat` in milliseconds, by the provider's clock
 */
export const endAtProvider = (
  deps: EndingDeps,
  ending: { target: LogoutTarget; iat: number; reason: string; upstream: string },
): Promise<Ended> => {
  const { target, iat, reason, upstream } = ending;
  const by =
    'sid' in target ? { sid: target.sid } : 'email' in target ? { email: target.email } : { idp_sub: target.idpSub };
  return endSignIns(deps, {
    signIns: { of: 'provider', target, until: iat },
    reason,
    audit: (ended, owners) => [
      { type: `hook.${reason}`, detail: { upstream, ...by, ...ended } },
      ...auditOwners(ended, owners, reason),
    ],
  });
};
