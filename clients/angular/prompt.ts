import { effect, type Injector, signal } from '@angular/core';
import type { State, Wanted } from '../frameworks/store.ts';
import { type Found, findTexts, reasonIn } from '../frameworks/texts.ts';
import type { Shared } from './context.ts';

/** The states that have a prompt. */
export type PromptState = Exclude<State, 'loading' | 'ready'>;

export interface PromptDetails {
  state: PromptState;
  shared: Shared;
  /** What to ask the person for. */
  wanted: () => Wanted | '' | undefined;
  /** Puts the prompt into the page, once its texts are there. */
  place: (section: HTMLElement) => void;
  injector: Injector;
  /** Takes the prompt away, or says that it isn't wanted any more. */
  signal: AbortSignal;
}

let prompts = 0;

/**
 * Asks for what a state needs. Loaded when it is first shown, and its texts with it, so it imports nothing of the rest of
 * this package. The elements stay the same while texts change, so that the button keeps the focus.
 */
export function showPrompt({ state, shared, wanted, place, injector, signal: over }: PromptDetails): void {
  if (over.aborted) return;
  prompts += 1;
  const { store, snapshot, language, installUrl } = shared;
  const section = document.createElement('section');
  const title = document.createElement('h2');
  const text = document.createElement('p');
  const alert = document.createElement('p');
  title.id = `latchkey-prompt-${prompts}`;
  section.dataset.latchkey = state;
  section.setAttribute('aria-labelledby', title.id);
  alert.setAttribute('role', 'alert');
  const control =
    state === 'not_installed' ? linkTo(installUrl) : buttonFor(() => store.press(state, wanted() || undefined));
  section.append(title, text);

  const found = signal<Found | undefined>(undefined);
  const effects = [
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
    ),
    effect(
      () => {
        const now = found();
        if (!now) return;
        const [heading, words, label] = now.texts[state];
        const why = snapshot().error;
        section.lang = now.lang;
        section.dir = now.dir;
        title.textContent = heading;
        text.textContent = words;
        if (why) {
          alert.textContent = reasonIn(now.texts, why);
          text.after(alert);
        } else alert.remove();
        if (control && label) {
          control.textContent = label;
          if (!control.parentNode) section.append(control);
        }
        if (!section.parentNode) place(section);
      },
      { injector },
    ),
  ];
  over.addEventListener('abort', () => {
    for (const each of effects) each.destroy();
    section.remove();
  });
}

function linkTo(url: string | undefined): HTMLElement | undefined {
  if (!url) return undefined;
  const link = document.createElement('a');
  link.href = url;
  return link;
}

/** @param press resolves when the person has answered */
function buttonFor(press: () => Promise<void>): HTMLElement {
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
    await press();
    setBusy(false);
  });
  return button;
}
