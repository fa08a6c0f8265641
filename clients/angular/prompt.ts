import { DestroyRef, effect, type Injector, signal, untracked } from '@angular/core';
import { press } from '../frameworks/press.ts';
import type { State, Wanted } from '../frameworks/store.ts';
import { type Found, findTexts, reasonIn } from '../frameworks/texts.ts';
import type { Shared } from './context.ts';

/** The states that have a prompt. */
export type PromptState = Exclude<State, 'loading' | 'ready'>;

export interface PromptDetails {
  /** The state; `loading` and `undefined` have no prompt. */
  asked: () => Exclude<State, 'ready'> | undefined;
  shared: Shared;
  /** What to ask the person for. */
  wanted: () => Wanted | '' | undefined;
  /** Puts the prompt into the page, once its texts are there. */
  place: (section: HTMLElement) => void;
  /** Of the directive. It takes the prompt along when it is destroyed. */
  injector: Injector;
}

let prompts = 0;

/**
 * Asks for what a state needs. Loaded when it is first shown, and its texts with it, so it imports nothing of the rest of
 * this package. The elements stay the same while states and texts change, so that the button keeps the focus.
 */
export function showPrompt({ asked, shared, wanted, place, injector }: PromptDetails): void {
  const directive = injector.get(DestroyRef);
  if (directive.destroyed) return;
  prompts += 1;
  const { store, snapshot, language, installUrl } = shared;
  const section = document.createElement('section');
  const title = document.createElement('h2');
  const text = document.createElement('p');
  const alert = document.createElement('p');
  title.id = `latchkey-prompt-${prompts}`;
  section.setAttribute('aria-labelledby', title.id);
  alert.setAttribute('role', 'alert');
  section.append(title, text);
  const link = linkTo(installUrl);
  const button = buttonFor(async () => {
    const state = asked();
    if (state) await press(store, state, wanted() || undefined);
  });
  let control: HTMLElement | undefined;
  const showControl = (next: HTMLElement | undefined) => {
    if (next === control) return;
    const hadFocus = control !== undefined && control === document.activeElement;
    control?.remove();
    control = next;
    if (!control) return;
    section.append(control);
    if (hadFocus) control.focus();
  };

  const found = signal<Found | undefined>(undefined);
  effect(
    (onCleanup) => {
      let late = false;
      onCleanup(() => {
        late = true;
      });
      void findTexts(typeof language === 'function' ? language() : language).then((next) => {
        if (!late) found.set(next);
      });
    },
    { injector },
  );
  effect(
    () => {
      const now = found();
      const state = asked();
      if (!state || state === 'loading') return section.remove();
      if (!now) return;
      const [heading, words, label] = now.texts[state];
      const why = snapshot().error;
      section.dataset.latchkey = state;
      section.lang = now.lang;
      section.dir = now.dir;
      title.textContent = heading;
      text.textContent = words;
      if (why) {
        alert.textContent = reasonIn(now.texts, why);
        text.after(alert);
      } else alert.remove();
      const next = label ? (state === 'not_installed' ? link : button) : undefined;
      if (next && label) next.textContent = label;
      // What the page does when the focus moves is no concern of this effect.
      untracked(() => showControl(next));
      if (!section.parentNode) place(section);
    },
    { injector },
  );
  directive.onDestroy(() => section.remove());
}

function linkTo(url: string | undefined): HTMLElement | undefined {
  if (!url) return undefined;
  const link = document.createElement('a');
  link.href = url;
  return link;
}

/** @param act resolves when the person has answered */
function buttonFor(act: () => Promise<void>): HTMLElement {
  const button = document.createElement('button');
  button.type = 'button';
  let isBusy = false;
  const setBusy = (busy: boolean) => {
    isBusy = busy;
    // Not `disabled`, which would take the focus away.
    for (const name of ['aria-disabled', 'aria-busy']) button.setAttribute(name, String(busy));
  };
  setBusy(false);
  button.addEventListener('click', async () => {
    if (isBusy) return;
    setBusy(true);
    try {
      await act();
    } finally {
      setBusy(false);
    }
  });
  return button;
}
