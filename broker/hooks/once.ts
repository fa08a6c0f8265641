import type { Deps } from '../deps.ts';
import { sha256 } from '../keys/hash.ts';

/**
 * Remembers what a hook has done. It is marked when done, not when begun: a provider that repeats its call
 * since we failed in the middle is served, and one that comes again afterwards is not.
 */
export function onceOf({ store, now }: Pick<Deps, 'store' | 'now'>, key: string, lifeMs: number) {
  // A hash, since what the caller chooses may be long.
  const name = `hook:${sha256(key)}`;
  return {
    isDone: async () => (await store.peek(name, now())) > 0,
    async done() {
      await store.hit(name, lifeMs, now());
    },
  };
}
