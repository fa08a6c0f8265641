import { effect, Injector, inject } from '@angular/core';
import type { State, Wanted } from '../frameworks/store.ts';
import type { Shared } from './context.ts';

/**
 * Shows the prompt of a state in the page, and takes it away with the state or the directive. There is nothing to see until
 * it is loaded.
 *
 * @param asked the state; `loading`, which is also that of servers, and `undefined` have no prompt
 * @param wanted what to ask the person for
 * @param place puts the prompt into the page
 */
export function injectPrompt(
  shared: Shared,
  asked: () => Exclude<State, 'ready'> | undefined,
  wanted: () => Wanted | '' | undefined,
  place: (section: HTMLElement) => void,
): void {
  const injector = inject(Injector);
  effect((onCleanup) => {
    const state = asked();
    if (!state || state === 'loading') return;
    const over = new AbortController();
    onCleanup(() => over.abort());
    void import('./prompt.ts').then(({ showPrompt }) =>
      showPrompt({ state, shared, wanted, place, injector, signal: over.signal }),
    );
  });
}
