import { defineComponent, h, onBeforeUpdate, onUpdated, shallowRef, toValue, useId, watchPostEffect } from 'vue';
import { press } from '../frameworks/press.ts';
import type { State, Wanted } from '../frameworks/store.ts';
import { type Found, findTexts, reasonIn } from '../frameworks/texts.ts';
import type { Shared } from './context.ts';

export interface PromptDetails {
  state: Exclude<State, 'loading' | 'ready'>;
  shared: Shared;
  /** What to ask the person for. */
  wanted?: Wanted;
}

/**
 * Asks for what a state needs. Loaded when it is first shown, and its texts with it, so it imports nothing of the rest of
 * this package.
 */
export default defineComponent(
  (props: PromptDetails) => {
    const { store, snapshot, language, installUrl } = props.shared;
    const busy = shallowRef(false);
    const found = shallowRef<Found>();
    const id = useId();
    // Not on a server, which doesn't know the browser's language.
    watchPostEffect((onCleanup) => {
      let over = false;
      onCleanup(() => {
        over = true;
      });
      void findTexts(toValue(language)).then((next) => {
        if (!over) found.value = next;
      });
    });

    const onClick = async () => {
      // Not `disabled`, which would take the focus away.
      if (busy.value) return;
      busy.value = true;
      try {
        await press(store, props.state, props.wanted);
      } finally {
        busy.value = false;
      }
    };

    const section = shallowRef<HTMLElement>();
    const hasFocus = () => section.value?.contains(document.activeElement);
    let hadFocus: boolean | undefined;
    onBeforeUpdate(() => {
      hadFocus = hasFocus();
    });
    // Where a link follows a button, or a button a link, it takes the focus over.
    onUpdated(() => {
      if (hadFocus && !hasFocus()) section.value?.querySelector<HTMLElement>('a, button')?.focus();
    });

    return () => {
      if (!found.value) return null;
      const { texts, ...inLanguage } = found.value;
      const { state } = props;
      const { error } = snapshot.value;
      const [title, text, button] = texts[state];
      return h('section', { ref: section, 'data-latchkey': state, 'aria-labelledby': id, ...inLanguage }, [
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
  { props: ['state', 'shared', 'wanted'] },
);
