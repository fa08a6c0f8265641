import type { News } from '../activity/news.ts';
import { type AllowDeviceDeps, allowDevice } from '../devices/allow-device.ts';
import type { Profiles } from '../profiles/profiles.ts';
import type { UiHandlers } from '../ui-port.ts';

/** What the user does with their own sign-ins and devices. The pages check what the broker answers. */
export function ownHandlers({
  profiles,
  news,
  asked,
  ...deps
}: {
  profiles: Profiles;
  news: News;
  /** Whether a device still asks for the user. */
  asked(isAsking: boolean): Promise<void>;
} & Omit<AllowDeviceDeps, 'post'>): Pick<UiHandlers, 'own.call' | 'device.allow'> {
  const call = async (path: string, body: object | undefined, sub: string): Promise<unknown> => {
    const { session, call } = await profiles.main();
    const request = { method: body ? 'POST' : 'GET', path: `/session/${path}`, body, account: { sub } } as const;
    return (await session.guard(() => call(request))).body;
  };

  return {
    async 'own.call'({ path, before, body, sub }) {
      const answer = await call(before === undefined ? path : `${path}?before=${before}`, body, sub);
      if (path === 'activity') await news.markSeen(answer, sub, before);
      if (path.startsWith('device/')) await asked(Object(answer).outcome === 'asking');
      return answer;
    },
    async 'device.allow'({ sub, ...allowed }) {
      const post: AllowDeviceDeps['post'] = (path, body) => call(`device/${path}`, body, sub);
      return allowDevice({ ...deps, post }, allowed);
    },
  };
}
