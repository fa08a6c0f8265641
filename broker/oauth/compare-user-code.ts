import type { Deps } from '../deps.ts';
import { takeGuess } from '../limits/user-code-guesses.ts';
import type { DeviceGrant } from '../store/store.ts';
import { userCodeHashes } from './user-code.ts';

export type Compared = { outcome: 'too_many' | 'wrong' } | { outcome: 'found'; grant: DeviceGrant };

/**
 * Compares a code with the pending ones, within the budget of the person who entered it. This is the only way to a
 * grant by user code.
 */
export async function compareCode(
  deps: Pick<Deps, 'store' | 'ring' | 'now'>,
  { sub, address, userCode }: { sub: string; address: string; userCode: string },
): Promise<Compared> {
  const { store, ring, now } = deps;
  const guess = await takeGuess(deps, sub, address);
  if (!guess) return { outcome: 'too_many' };
  for (const hash of userCodeHashes(ring, userCode)) {
    const grant = await store.findDeviceGrantByUserCode(hash, now());
    if (!grant) continue;
    await guess.wasRight();
    return { outcome: 'found', grant };
  }
  return { outcome: 'wrong' };
}
