import type { Deps } from '../deps.ts';
import type { LogoutTarget } from '../store/store.ts';

/** What a kill switch has ended. */
export interface Killed {
  sessions: string[];
  devices: string[];
}

/**
 * Ends what the provider says is over: browser sessions by its `sid`; by the person's `sub` devices too.
 * The tombstone comes first, so that a sign-in or a refresh in progress meets it; only what began at or
 * before `iat` ends. Doing it again does no harm.
 *
 * @param kill `iat` in milliseconds, by the provider's clock
 */
export async function kill(
  { config, store, feed, now }: Deps,
  { target, iat, reason, upstream }: { target: LogoutTarget; iat: number; reason: string; upstream: string },
): Promise<Killed> {
  const longest = Math.max(
    config.session.absoluteMs,
    ...[...config.devices.values()].map(({ sessionMs }) => sessionMs),
  );
  await store.addTombstone({ ...target, iat }, now() + longest);
  const sessions = await store.endSessionsOf(target, iat, reason, now());
  if (sessions.length > 0) await feed.publish({ type: 'revoked', sessions, reason });
  const devices = 'idpSub' in target ? await store.endDeviceSessionsOf(target, iat, reason, now()) : [];
  const by = 'sid' in target ? { sid: target.sid } : { idp_sub: target.idpSub };
  await store.appendAudit({ type: `hook.${reason}`, detail: { upstream, ...by, sessions, devices } }, now());
  return { sessions, devices };
}
