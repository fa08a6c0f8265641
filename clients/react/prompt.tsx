/** @jsxImportSource react */
import type { LatchkeyError } from '@latchkey/page';
import { type ReactNode, useEffect, useId, useState } from 'react';
import type { State } from '../frameworks/store.ts';
import { type Found, findTexts, type Language, reasonIn } from '../frameworks/texts.ts';

export interface PromptDetails {
  state: Exclude<State, 'loading' | 'ready'>;
  error: LatchkeyError | undefined;
  language: Language | undefined;
  installUrl: string | undefined;
  className: string | undefined;
  /** Resolves when the person has answered. */
  press: () => Promise<void>;
}

/**
 * Asks for what a state needs. Loaded when it is first shown, and its texts with it, so it imports nothing of the rest of
 * this package.
 */
export default function Prompt(props: PromptDetails): ReactNode {
  const { state, error, language, installUrl, className, press } = props;
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
  if (!found) return null;
  const { texts, ...inLanguage } = found;
  const [title, text, button] = texts[state];

  const onClick = async () => {
    // Not `disabled`, which would take the focus away.
    if (busy) return;
    setBusy(true);
    await press();
    setBusy(false);
  };

  return (
    <section className={className} data-latchkey={state} aria-labelledby={id} {...inLanguage}>
      <h2 id={id}>{title}</h2>
      <p>{text}</p>
      {error && <p role="alert">{reasonIn(texts, error)}</p>}
      {state === 'not_installed' && installUrl && <a href={installUrl}>{button}</a>}
      {state !== 'not_installed' && button && (
        <button type="button" aria-disabled={busy} aria-busy={busy} onClick={onClick}>
          {button}
        </button>
      )}
    </section>
  );
}
