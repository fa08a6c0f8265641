import type { Drill } from '../drill.ts';
import { certificateExpired } from './certificate-expired.ts';
import { clientSecret } from './client-secret.ts';
import { clockJump } from './clock-jump.ts';
import { diskFull } from './disk-full.ts';
import { lostDatabase } from './lost-database.ts';
import { lostKeyFile } from './lost-key-file.ts';
import { providerMoved } from './provider-moved.ts';
import { siteRemoved } from './site-removed.ts';
import { stolenDatabase } from './stolen-database.ts';
import { stolenKeyFile } from './stolen-key-file.ts';
import { tenThousandSessions } from './ten-thousand-sessions.ts';

/** In the order of `docs/drills.md`. */
export const drills: readonly Drill[] = [
  stolenKeyFile,
  stolenDatabase,
  lostKeyFile,
  lostDatabase,
  providerMoved,
  clientSecret,
  siteRemoved,
  tenThousandSessions,
  clockJump,
  diskFull,
  certificateExpired,
];
