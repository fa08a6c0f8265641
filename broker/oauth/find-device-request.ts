import type { DeviceClientConfig, ResourceConfig } from '../config/types.ts';
import type { Deps } from '../deps.ts';
import { inGroups } from '../policy/decide.ts';
import type { DeviceGrant } from '../store/store.ts';
import { compareCode } from './compare-user-code.ts';

/** Who entered a code, and from where. */
interface Entered {
  sub: string;
  groups: readonly string[];
  /** The network that the address counts as in budgets. */
  network: string;
  userCode: string;
}

export type FoundDeviceRequest =
  | { outcome: 'too_many' | 'wrong' | 'not_allowed' }
  | { outcome: 'found'; grant: DeviceGrant; client: DeviceClientConfig; resource: ResourceConfig | undefined };

/** Finds the device request that belongs to a code, if the person may use its client. */
export async function findDeviceRequest(
  deps: Deps,
  { sub, groups, network, userCode }: Entered,
): Promise<FoundDeviceRequest> {
  const { devices, resources } = deps.config;
  const compared = await compareCode(deps, { sub, address: network, userCode });
  if (compared.outcome !== 'found') return { outcome: compared.outcome };
  const { grant } = compared;
  const client = devices.get(grant.clientId);
  if (!client) return { outcome: 'wrong' };
  if (!inGroups(client.groups, { groups })) return { outcome: 'not_allowed' };
  const resource = grant.resource === undefined ? undefined : resources.get(grant.resource);
  return { outcome: 'found', grant, client, resource };
}
