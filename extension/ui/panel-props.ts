import type { AccountView } from '../protocol/ui.ts';
import type { DeviceStep } from './device-steps.ts';
import type { UiClient } from './ui-client.ts';
import type { Actions } from './use-actions.ts';

/** What each panel of the popup gets. */
export interface PanelProps extends Pick<Actions, 'busy' | 'act'> {
  client: UiClient;
  /** The account of every site that the user chose no account for. */
  account: AccountView;
  /** The device that the panel opened for by itself. */
  asking?: DeviceStep | undefined;
}
