import { start } from './0001-start.ts';
import { lastUsed } from './0002-last-used.ts';
import { rechecks } from './0003-rechecks.ts';
import { pageSessions } from './0004-page-sessions.ts';
import { sites } from './0005-sites.ts';
import { refreshRotation } from './0006-refresh-rotation.ts';
import { auditBatches } from './0007-audit-batches.ts';
import { boundDevices } from './0008-bound-devices.ts';
import { signingAlgorithms } from './0009-signing-algorithms.ts';
import { emailKeys } from './0010-email-keys.ts';
import { signInIds } from './0011-sign-in-ids.ts';
import { auditRedactions } from './0014-audit-redactions.ts';
import { configDigests } from './0015-config-digests.ts';
import { oldestBroker } from './0016-oldest-broker.ts';
import { devicePrompts } from './0017-device-prompts.ts';
import { auditOfPerson } from './0019-audit-of-person.ts';
import type { Migration } from './migration.ts';

/** In the order in which they run. */
export const migrations: readonly Migration[] = [
  start,
  lastUsed,
  rechecks,
  pageSessions,
  sites,
  refreshRotation,
  auditBatches,
  boundDevices,
  signingAlgorithms,
  emailKeys,
  signInIds,
  auditRedactions,
  oldestBroker,
  auditOfPerson,
  configDigests,
  devicePrompts,
];
