import type { Deps } from '../deps.ts';
import { sha256 } from '../keys/hash.ts';

/**
 * Remembers the calls that a hook has handled. A call is marked when it is done, not when it begins: a provider that repeats
 * it because we failed in the middle is served, but a replay afterwards is not.
 */
export function onceOf({ store, now }: Pick<Deps, 'store' | 'now'>, key: string, lifeMs: number) {
  // A hash, because the caller's value may be long.
  const name = `hook:${sha256(key)}`;
  return {
    isDone: async () => (await store.peek(name, now())) > 0,
    async done() {
      await store.hit(name, lifeMs, now());
    },
  };
}
