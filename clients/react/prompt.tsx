/** @jsxImportSource react */
import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { press } from '../frameworks/press.ts';
import type { State, Wanted } from '../frameworks/store.ts';
import { type Found, findTexts, reasonIn } from '../frameworks/texts.ts';
import type { Shared } from './context.ts';

export interface PromptDetails {
  state: Exclude<State, 'loading' | 'ready'>;
  shared: Shared;
  /** What to ask the person for. */
  wanted?: Wanted;
  className?: string | undefined;
}

/**
 * Asks for what a state needs. Loaded when it is first shown, and its texts with it, so it imports nothing of the rest of
 * this package.
 */
export default function Prompt({ state, shared, wanted, className }: PromptDetails): ReactNode {
  const { store, snapshot, language, installUrl } = shared;
  const [busy, setBusy] = useState(false);
  const [found, setFound] = useState<Found>();
  const id = useId();
  useEffect(() => {
    let over = false;
    void findTexts(language).then((next) => {
      if (!over) setFound(next);
    });
    return () => {
      over = true;
    };
  }, [language]);
  const section = useRef<HTMLElement>(null);
  const hadFocus = section.current?.contains(document.activeElement);
  // Where a link follows a button, or a button a link, it takes the focus over.
  useEffect(() => {
    if (hadFocus && !section.current?.contains(document.activeElement)) {
      section.current?.querySelector<HTMLElement>('a, button')?.focus();
    }
  });
  if (!found) return null;
  const { texts, ...inLanguage } = found;
  const [title, text, button] = texts[state];

  const onClick = async () => {
    // Not `disabled`, which would take the focus away.
    if (busy) return;
    setBusy(true);
    try {
      await press(store, state, wanted);
    } finally {
      setBusy(false);
    }
  };

  return (
    <section ref={section} className={className} data-latchkey={state} aria-labelledby={id} {...inLanguage}>
      <h2 id={id}>{title}</h2>
      <p>{text}</p>
      {snapshot.error && <p role="alert">{reasonIn(texts, snapshot.error)}</p>}
      {state === 'not_installed' && installUrl && <a href={installUrl}>{button}</a>}
      {state !== 'not_installed' && button && (
        <button type="button" aria-disabled={busy} aria-busy={busy} onClick={onClick}>
          {button}
        </button>
      )}
    </section>
  );
}
