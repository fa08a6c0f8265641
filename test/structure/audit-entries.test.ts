import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Where an audit entry is written on its own, and why that loses nothing. A change in the store takes its entry along as a
 * `report`: between two steps, a failure would lose the entry.
 */
const onTheirOwn = new Map([
  ['broker/audit/failed-authentications.ts', 'nothing changes in the store'],
  ['broker/cli/keys.ts', 'the change is in the key file'],
  ['broker/revocation/after-theft.ts', 'a summary; each step has its own entries'],
  ['broker/routes/authorize-decision.ts', 'nothing changes in the store: the answer goes to the client'],
  ['broker/routes/hooks-okta-events.ts', 'the provider repeats the call until the entry is written'],
  ['broker/session/end-session.ts', 'the change is at the provider'],
]);

it('every change in the store is one transaction with its audit entry', () => {
  const files = execFileSync('git', ['ls-files', 'broker/*.ts'], { cwd: root, encoding: 'utf8' })
    .split('\n')
    .filter((file) => file !== '' && !file.endsWith('.test.ts') && !file.startsWith('broker/store/'));
  const found = files.filter((file) => readFileSync(join(root, file), 'utf8').includes('.appendAudit('));
  expect(found.sort()).toEqual([...onTheirOwn.keys()]);
});
