import { acrValues } from '../../../demo/idp/second-factor.ts';
import type { KeycloakAdmin } from './admin.ts';

const flow = 'browser with step-up';
const passwordLevel = 'password';

/**
 * Makes the realm ask for a one-time code only where a site needs one.
 *
 * @see https://www.keycloak.org/docs/latest/server_admin/#_step-up-flow
 */
export async function addStepUp({ call }: KeycloakAdmin, realm: string): Promise<void> {
  const { add, addFlow, authentication } = flowEditor({ call }, realm);

  /** @param maxAge how long the level counts in a session, in seconds. 0: for the one sign-in */
  async function addLevel(alias: string, level: number, maxAge: number, authenticator: string): Promise<void> {
    await addFlow('levels', alias, 'CONDITIONAL');
    const config = { 'loa-condition-level': String(level), 'loa-max-age': String(maxAge) };
    await add(alias, 'conditional-level-of-authentication', 'REQUIRED', config);
    await add(alias, authenticator, 'REQUIRED');
  }

  await call('POST', `${authentication}/flows`, {
    alias: flow,
    providerId: 'basic-flow',
    topLevel: true,
    builtIn: false,
  });
  await add(flow, 'auth-cookie', 'ALTERNATIVE');
  await addFlow(flow, 'levels', 'ALTERNATIVE');
  await addLevel(passwordLevel, 1, 36_000, 'auth-username-password-form');
  await addLevel('one-time code', 2, 3_600, 'auth-otp-form');
  const levels = { [acrValues.password]: 1, [acrValues.factor]: 2 };
  await call('PUT', `/realms/${realm}`, { browserFlow: flow, attributes: { 'acr.loa.map': JSON.stringify(levels) } });
}

/**
 * Lets nobody in who has the role, which it creates. Keycloak has no assignment of people to clients: flows decide.
 *
 * @see https://www.keycloak.org/docs/latest/server_admin/#_allow-deny-access-in-conditional-flows
 */
export async function denyRole({ call }: KeycloakAdmin, realm: string, role: string): Promise<void> {
  const { add, addFlow } = flowEditor({ call }, realm);
  await call('POST', `/realms/${realm}/roles`, { name: role });
  await addFlow(passwordLevel, role, 'CONDITIONAL');
  await add(role, 'conditional-user-role', 'REQUIRED', { condUserRole: role });
  await add(role, 'deny-access-authenticator', 'REQUIRED');
}

function flowEditor({ call }: KeycloakAdmin, realm: string) {
  const authentication = `/realms/${realm}/authentication`;
  const at = (alias: string) => `${authentication}/flows/${encodeURIComponent(alias)}/executions`;

  async function require(parent: string, id: string, requirement: string): Promise<void> {
    const executions = (await call('GET', at(flow))) as { id: string }[];
    const execution = executions.find((one) => one.id === id);
    if (!execution) throw new Error(`${parent} has no execution ${id}`);
    await call('PUT', at(flow), { ...execution, requirement });
  }

  return {
    authentication,
    async addFlow(parent: string, alias: string, requirement: string): Promise<void> {
      await call('POST', `${at(parent)}/flow`, { alias, type: 'basic-flow', provider: 'registration-page-form' });
      const executions = (await call('GET', at(flow))) as { id: string; displayName: string }[];
      const id = executions.find(({ displayName }) => displayName === alias)?.id ?? '';
      await require(parent, id, requirement);
    },
    async add(parent: string, provider: string, requirement: string, config?: Record<string, string>): Promise<void> {
      const id = await call('POST', `${at(parent)}/execution`, { provider });
      await require(parent, id, requirement);
      if (config) await call('POST', `${authentication}/executions/${id}/config`, { alias: `${parent} level`, config });
    },
  };
}
