import { computed, effect, inject, NgZone, type Signal, signal } from '@angular/core';
import { LATCHKEY } from '@latchkey/angular';
import type { AccessToken, LatchkeyError } from '@latchkey/page';
import { holdToken } from '../frameworks/hold-token.ts';
import type { HeldToken, KeptTokenOptions } from '../frameworks/keep-token.ts';

/**
 * An access token for code that can't use `fetch` or `HttpClient`, such as a WebSocket. It is renewed `minTtl` seconds before
 * it expires, and gone at once when the session, the account or the access may have changed, until there is a new one.
 *
 * @param options or a signal of them. Default: the provider's. Without `interactive` and `signal`, because no click is
 *   behind it
 * @returns the token, or why there is none; neither while it is on its way
 * @throws {Error} without `provideLatchkey`, and outside of an injection context
 * @example
 * readonly held = injectToken({ minTtl: 60 });
 */
export function injectToken(options: KeptTokenOptions | (() => KeptTokenOptions) = {}): {
  token: Signal<AccessToken | undefined>;
  error: Signal<LatchkeyError | undefined>;
} {
  const { store, snapshot } = inject(LATCHKEY);
  const zone = inject(NgZone);
  // Signals of options are often of a literal, which is another object each time.
  const text = computed(() => JSON.stringify(typeof options === 'function' ? options() : options));
  const wish = computed(() => ({ snapshot: snapshot(), text: text() }));
  const held = signal<HeldToken & { of?: unknown }>({});
  effect((onCleanup) => {
    const of = wish();
    // The timer of the renewal is nothing that an app with zone.js should wait for.
    onCleanup(
      zone.runOutsideAngular(() =>
        holdToken(store, of.snapshot, JSON.parse(of.text), (next) => held.set({ ...next, of })),
      ),
    );
  });
  // The last account's token must not be seen beside the next account's name, also not until the effect has run.
  const current = computed(() => (held().of === wish() ? held() : {}));
  return { token: computed(() => current().token), error: computed(() => current().error) };
}
