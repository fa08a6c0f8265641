import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { budgets } from '../../limits/budgets.ts';
import type { Counter } from '../../limits/counter.ts';

/** A secret that a service presents, and what it must match. */
export interface PresentedSecret {
  clientId: string;
  /** An scrypt hash. */
  hash: string;
  secret: string;
  network: string;
}

/**
 * Compares a secret that somebody chose. It could be guessed and is slow to compare, so each comparison is counted
 * before it is made.
 *
 * @throws {OAuthError} `too_many_requests`; `temporarily_unavailable` if too many comparisons are waiting
 */
export type ChosenSecretCheck = (presented: PresentedSecret) => Promise<boolean>;

/**
 * Creates the check. It makes one comparison for all concurrent requests with the same secret.
 *
 * @param secretMatches compares a secret with its hash
 */
export function createChosenSecretCheck({
  count,
  secretMatches,
}: {
  count: Counter;
  secretMatches: (secret: string, hash: string) => Promise<boolean>;
}): ChosenSecretCheck {
  const key = randomBytes(32);
  const digest = (secret: string) => createHmac('sha256', key).update(secret).digest();

  /** The secret that last matched each service's hash, as a digest, so that a busy service costs one slow comparison. */
  const right = new Map<string, { hash: string; digest: Buffer }>();
  const comparing = new Map<string, Promise<boolean>>();

  async function matches({ clientId, hash, secret }: PresentedSecret): Promise<boolean> {
    const known = right.get(clientId);
    const presented = digest(secret);
    if (known?.hash === hash && timingSafeEqual(known.digest, presented)) return true;
    const isRight = await secretMatches(secret, hash);
    if (isRight) right.set(clientId, { hash, digest: presented });
    return isRight;
  }

  const countFailure = ({ clientId, network }: PresentedSecret) =>
    count(budgets.serviceAuthentication, `${clientId} ${network}`);

  async function compare(presented: PresentedSecret): Promise<boolean> {
    const takeBack = await countFailure(presented);
    const isRight = await matches(presented).catch(async (error: unknown) => {
      await takeBack();
      throw error;
    });
    if (isRight) await takeBack();
    return isRight;
  }

  return async (presented) => {
    const { clientId, hash, secret, network } = presented;
    const name = JSON.stringify([clientId, hash, network, digest(secret).toString('base64url')]);
    const running = comparing.get(name);
    if (!running) {
      const comparison = compare(presented).finally(() => comparing.delete(name));
      comparing.set(name, comparison);
      return comparison;
    }
    if (await running) return true;
    await countFailure(presented);
    return false;
  };
}
