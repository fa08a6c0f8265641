import { inject } from 'vitest';

/** Puts the brokers of this file on PostgreSQL (`createTestStore`). */
process.env.LATCHKEY_TEST_POSTGRES = inject('postgres');
