import type { AccessToken, LatchkeyError } from '@latchkey/page';
import { computed, type MaybeRefOrGetter, type Ref, shallowRef, toValue, watch } from 'vue';
import { holdToken } from '../frameworks/hold-token.ts';
import type { HeldToken, KeptTokenOptions } from '../frameworks/keep-token.ts';
import { useShared } from './context.ts';

/**
 * An access token for code that can't use `fetch`, such as a WebSocket. It is renewed `minTtl` seconds before it expires,
 * and gone at once when the session, the account or the access may have changed, until there is a new one.
 *
 * @param options default: the plugin's. Without `interactive` and `signal`, because no click is behind it
 * @returns the token, or why there is none; neither while it is on its way
 * @throws {Error} in an app without the plugin, and outside of `setup`
 */
export function useToken(options: MaybeRefOrGetter<KeptTokenOptions> = {}): {
  token: Readonly<Ref<AccessToken | undefined>>;
  error: Readonly<Ref<LatchkeyError | undefined>>;
} {
  const { store, snapshot } = useShared();
  const held = shallowRef<HeldToken>({});
  watch(
    // Callers write options as a literal, which is another object each time.
    [snapshot, () => JSON.stringify(toValue(options))] as const,
    ([now, text], _, onCleanup) => {
      held.value = {};
      const stop = holdToken(store, now, JSON.parse(text), (next) => {
        held.value = next;
      });
      onCleanup(stop);
    },
    // The last account's token must not be seen beside the next account's name.
    { immediate: true, flush: 'sync' },
  );
  return { token: computed(() => held.value.token), error: computed(() => held.value.error) };
}
