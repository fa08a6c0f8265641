import type { DemoUser } from '../../demo/users.ts';

/** Enough users that nobody exhausts their budget of device codes. */
export const chaosUsers: readonly DemoUser[] = Array.from({ length: 120 }, (_, index) => ({
  username: `person-${index}`,
  password: `password-${index}`,
  name: `Person ${index}`,
  email: `person-${index}@example.com`,
  groups: ['staff'],
}));
