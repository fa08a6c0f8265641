import type { DemoUser } from '../../../demo/users.ts';
import type { KeycloakAdmin } from './admin.ts';
import { otpSecret } from './one-time-code.ts';

export const realm = 'acme';

/** Creates the realm with the people, their groups, passwords and one-time codes. */
export async function createRealm({ call }: KeycloakAdmin, users: readonly DemoUser[]): Promise<void> {
  await call('POST', '/realms', { realm, enabled: true });
  const groups = new Set(users.flatMap((user) => user.groups));
  for (const name of groups) await call('POST', `/realms/${realm}/groups`, { name });
  for (const user of users) {
    const [firstName, lastName] = user.name.split(' ');
    await call('POST', `/realms/${realm}/users`, {
      username: user.username,
      enabled: true,
      email: user.email,
      emailVerified: true,
      firstName,
      lastName,
      groups: user.groups,
      credentials: [
        { type: 'password', value: user.password },
        {
          type: 'otp',
          secretData: JSON.stringify({ value: otpSecret }),
          credentialData: JSON.stringify({ subType: 'totp', digits: 6, counter: 0, period: 30, algorithm: 'HmacSHA1' }),
        },
      ],
    });
  }
}
