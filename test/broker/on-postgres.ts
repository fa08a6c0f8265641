import { inject } from 'vitest';

/**
 * Puts the brokers of this file on PostgreSQL (`createTestStore`). The password is in the environment, where `pg` finds it:
 * a configuration file must not have one.
 */
const server = new URL(inject('postgres'));
process.env.PGPASSWORD = decodeURIComponent(server.password);
server.password = '';
process.env.LATCHKEY_TEST_POSTGRES = server.href;
