/** A user of the demo. The passwords are not secret: the login page shows them. */
export interface DemoUser {
  username: string;
  password: string;
  name: string;
  email: string;
  groups: string[];
}

/** All users of the demo's identity provider. Mallory is a guest without access to the shop. */
export const demoUsers: readonly DemoUser[] = [
  {
    username: 'ada',
    password: 'engine-1843',
    name: 'Ada Lovelace',
    email: 'ada@example.com',
    groups: ['staff', 'admins'],
  },
  {
    username: 'grace',
    password: 'compiler-1952',
    name: 'Grace Hopper',
    email: 'grace@example.com',
    groups: ['staff'],
  },
  {
    username: 'mallory',
    password: 'intruder-1988',
    name: 'Mallory Moe',
    email: 'mallory@example.com',
    groups: ['guests'],
  },
];
