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
  /** More about the action: the tooltip, which screen readers read, too. */
  hint?: string | undefined;
  /** Gets the focus when its page or view opens. */
  first?: boolean;
  /** What pressing it gives, to whom: it can be pressed only once the person can have seen just this. */
  gives?: string | undefined;
  children?: Child;
}

/** A button that, while it can't be pressed, says so and keeps the focus, which `disabled` would throw away. */
export const Button = ({
  busy = false,
  onPress,
  kind,
  type = 'button',
  label,
  hint,
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
