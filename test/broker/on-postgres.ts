import { inject } from 'vitest';

/**
 * Runs this file's brokers on PostgreSQL (`createTestStore`). The password is in the environment, where `pg` reads it,
 * because a configuration file must not contain one.
 */
const server = new URL(inject('postgres'));
process.env.PGPASSWORD = decodeURIComponent(server.password);
server.password = '';
process.env.LATCHKEY_TEST_POSTGRES = server.href;
