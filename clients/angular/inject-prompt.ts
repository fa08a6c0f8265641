import { effect, Injector, inject } from '@angular/core';
import { load } from '../frameworks/load.ts';
import type { State, Wanted } from '../frameworks/store.ts';
import type { Shared } from './context.ts';

/**
 * Shows the prompt of the state that the page is in, and takes it away with the directive. There is nothing to see until it is
 * loaded.
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
  let isWanted = false;
  effect(() => {
    if (isWanted || (asked() ?? 'loading') === 'loading') return;
    isWanted = true;
    void load(() => import('./prompt.ts')).then(({ showPrompt }) =>
      showPrompt({ asked, shared, wanted, place, injector }),
    );
  });
}
