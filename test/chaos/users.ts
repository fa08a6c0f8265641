import type { DemoUser } from '../../demo/users.ts';

/** So many people that nobody's budget of device codes is used up. */
export const chaosUsers: readonly DemoUser[] = Array.from({ length: 120 }, (_, index) => ({
  username: `person-${index}`,
  password: `password-${index}`,
  name: `Person ${index}`,
  email: `person-${index}@example.com`,
  groups: ['staff'],
}));
