import { randomBytes } from 'node:crypto';
import { createRing } from '../../broker/keys/ring.ts';
import { compareCode } from '../../broker/oauth/compare-user-code.ts';
import { newUserCode, userCodeHash } from '../../broker/oauth/user-code.ts';
import { createStore } from '../../broker/store/open.ts';
import type { Store } from '../../broker/store/store.ts';

export interface Attack {
  guesses: number;
  addresses: number;
  accounts: number;
  /** Number of pending codes. */
  codes: number;
}

export interface Outcome {
  /** Number of store lookups for the attackers. */
  comparisons: number;
  hits: number;
  honest: { people: number; served: number; comparisons: number };
  seconds: number;
}

/** Number of concurrent guesses, like concurrent requests in a broker. */
const parallel = 250;
/** After this many guesses, an honest user signs in a device: one mistyped code, then the correct one. */
const guessesPerHonest = 1_000;

/**
 * Runs the whole attack against the comparison itself, on a real SQLite store. Every guess is a different wrong code.
 * Guesses rotate through accounts and addresses. Meanwhile, honest users sign in from the attackers' addresses.
 *
 * @param path of a new database file
 */
export async function attack({ guesses, addresses, accounts, codes }: Attack, path: string): Promise<Outcome> {
  const now = () => Date.now();
  const startedAt = now();
  const ring = createRing([{ kid: 'k1', key: randomBytes(32) }]);
  const store = await createStore(`sqlite:${path}`, { now });
  await store.migrate();
  const counted = { attackers: 0, honest: 0 };
  const compareFor = (who: keyof typeof counted) => {
    const counting: Store = {
      ...store,
      findDeviceGrantByUserCode(hash, at) {
        counted[who] += 1;
        return store.findDeviceGrantByUserCode(hash, at);
      },
    };
    return async (sub: string, address: string, userCode: string) =>
      (await compareCode({ store: counting, ring, now }, { sub, address, userCode })).outcome;
  };
  const [attackers, honest] = [compareFor('attackers'), compareFor('honest')];

  async function waitingCode(): Promise<string> {
    const userCode = newUserCode();
    await store.insertDeviceGrant({
      deviceCodeHash: randomBytes(32).toString('base64url'),
      userCodeHash: userCodeHash(ring.current.key, userCode),
      clientId: 'tv',
      scopes: [],
      publicKey: 'x',
      ringKid: 'k1',
      interval: 5,
      createdAt: now(),
      expiresAt: now() + 3_600_000,
    });
    return userCode;
  }

  try {
    for (let code = 0; code < codes; code += 1) await waitingCode();
    let hits = 0;
    let [people, served] = [0, 0];
    for (let done = 0; done < guesses; done += parallel) {
      const size = Math.min(parallel, guesses - done);
      const outcomes = await Promise.all(
        Array.from({ length: size }, (_, index) =>
          // Each account uses all addresses in turn, so that both budgets apply.
          attackers(`attacker-${(done + index) % accounts}`, addressOf((done + index) % addresses), newUserCode()),
        ),
      );
      hits += outcomes.filter((outcome) => outcome === 'found').length;
      if (done % guessesPerHonest === 0) {
        const [sub, address] = [`honest-${people}`, addressOf(people % addresses)];
        people += 1;
        await honest(sub, address, newUserCode());
        if ((await honest(sub, address, await waitingCode())) === 'found') served += 1;
      }
    }
    return {
      comparisons: counted.attackers,
      hits,
      honest: { people, served, comparisons: counted.honest },
      seconds: (now() - startedAt) / 1_000,
    };
  } finally {
    await store.close();
  }
}

const addressOf = (index: number): string => `203.0.${Math.floor(index / 250)}.${index % 250}`;
