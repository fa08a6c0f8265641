import type { Sites } from '../../platform/sites.ts';
import type { ManagedPolicy } from '../../protocol/managed-policy.ts';
import type { SettingsView } from '../../protocol/ui.ts';
import type { Directory } from '../profiles/directory.ts';
import type { Profiles } from '../profiles/profiles.ts';
import type { Setup } from '../setup.ts';
import type { UiHandlers } from '../ui-port.ts';

export interface SettingsDeps {
  setup: Pick<Setup, 'source' | 'isReachable'>;
  managed(): Promise<ManagedPolicy>;
  profiles: Pick<Profiles, 'main'>;
  sites: Pick<Sites, 'reachable'>;
  isBaked: boolean;
  directory(): Promise<Pick<Directory, 'organization'>>;
}

/** Handlers of the settings and the welcome page. */
export function settingsHandlers({
  setup,
  managed,
  profiles,
  sites,
  isBaked,
  directory,
}: SettingsDeps): Pick<UiHandlers, 'settings.get'> {
  const view = async (): Promise<SettingsView> => {
    const broker = await setup.source();
    const policy = await managed();
    return {
      organization: (await directory()).organization,
      build: isBaked ? 'baked' : 'store',
      broker: broker && { ...broker, reachable: await setup.isReachable(broker.url) },
      policy,
      signedIn: (await (await profiles.main()).session.known()) !== undefined,
      access: await sites.reachable(),
    };
  };
  return { 'settings.get': view };
}
