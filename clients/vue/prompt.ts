import type { LatchkeyError } from '@latchkey/page';
import { defineComponent, h, shallowRef, useId, watchPostEffect } from 'vue';
import type { State } from '../frameworks/store.ts';
import { type Found, findTexts, type Language, reasonIn } from '../frameworks/texts.ts';

export interface PromptDetails {
  state: Exclude<State, 'loading' | 'ready'>;
  error: LatchkeyError | undefined;
  language: Language | undefined;
  installUrl: string | undefined;
  /** Resolves when the person has answered. */
  press: () => Promise<void>;
}

/**
 * Asks for what a state needs. Loaded when it is first shown, and its texts with it, so it imports nothing of the rest of
 * this package.
 */
export default defineComponent(
  (props: PromptDetails) => {
    const busy = shallowRef(false);
    const found = shallowRef<Found>();
    const id = useId();
    // Not on a server, which doesn't know the browser's language.
    watchPostEffect((onCleanup) => {
      let over = false;
      onCleanup(() => {
        over = true;
      });
      void findTexts(props.language).then((next) => {
        if (!over) found.value = next;
      });
    });

    const onClick = async () => {
      // Not `disabled`, which would take the focus away.
      if (busy.value) return;
      busy.value = true;
      await props.press();
      busy.value = false;
    };

    return () => {
      if (!found.value) return null;
      const { texts, ...inLanguage } = found.value;
      const { state, error, installUrl } = props;
      const [title, text, button] = texts[state];
      return h('section', { 'data-latchkey': state, 'aria-labelledby': id, ...inLanguage }, [
        h('h2', { id }, title),
        h('p', text),
        error && h('p', { role: 'alert' }, reasonIn(texts, error)),
        state === 'not_installed' && installUrl && h('a', { href: installUrl }, button),
        state !== 'not_installed' &&
          button &&
          h('button', { type: 'button', 'aria-disabled': busy.value, 'aria-busy': busy.value, onClick }, button),
      ]);
    };
  },
  { props: ['state', 'error', 'language', 'installUrl', 'press'] },
);
