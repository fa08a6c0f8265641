/** @jsxImportSource hono/jsx/dom */
import type { Child } from 'hono/jsx';
import { useArmed } from './use-armed.ts';

interface ButtonProps {
  busy?: boolean;
  onPress?: () => void;
  kind?: 'primary' | 'small' | 'link' | 'icon' | 'never' | undefined;
  type?: 'button' | 'submit';
  /** The accessible name, if the text of the button is too short. */
  label?: string | undefined;
  /** Details about the action, shown as a tooltip. Screen readers read it, too. */
  hint?: string | undefined;
  /** Keyboard shortcut, as in `aria-keyshortcuts`. The page listens for it. */
  keys?: string | undefined;
  /** Gets the focus when its page or view opens. */
  first?: boolean;
  /** What the button grants, and to whom. The button is enabled only after the user had time to see exactly this. */
  gives?: string | undefined;
  children?: Child;
}

/** A button that uses `aria-disabled` while it can't be pressed, because `disabled` would lose the focus. */
export const Button = ({
  busy = false,
  onPress,
  kind,
  type = 'button',
  label,
  hint,
  keys,
  first,
  gives,
  children,
}: ButtonProps) => {
  const { armed, press } = useArmed(gives);
  return (
    <button
      type={type}
      class={kind}
      aria-disabled={busy || !armed ? 'true' : undefined}
      aria-label={label}
      title={kind === 'icon' ? label : hint}
      aria-keyshortcuts={keys}
      data-first={first}
      onClick={(event: Event) => {
        if (!press() || busy) event.preventDefault();
        else onPress?.();
      }}
    >
      {children}
    </button>
  );
};
