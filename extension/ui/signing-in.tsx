/** @jsxImportSource hono/jsx/dom */
import { message } from '../platform/i18n.ts';
import type { SigningInView } from '../protocol/ui.ts';
import { Button } from './button.tsx';

/** What the user can do about the browser's sign-in window. */
export interface SignInWindow {
  onShow: () => void;
  onCancel: () => void;
}

const WindowButtons = ({ hasWindow, onShow, onCancel }: SigningInView & SignInWindow) =>
  hasWindow ? (
    <div class="actions">
      <Button kind="primary" first onPress={onShow}>
        {message('show_window')}
      </Button>
      <Button onPress={onCancel}>{message('cancel')}</Button>
    </div>
  ) : null;

/** The sign-in continues in a window of the browser. */
export const SigningIn = (props: SigningInView & SignInWindow) => (
  <div class="lead hero">
    <span class="spinner" aria-hidden="true" />
    <h1>{message('signing_in_title')}</h1>
    <p>{message('signing_in_text')}</p>
    <WindowButtons {...props} />
  </div>
);

/** The same above accounts and sites that work meanwhile. */
export const SigningInNote = (props: SigningInView & SignInWindow) => (
  <section class="card stack" aria-labelledby="signing-in">
    <h2 id="signing-in">{message('signing_in_title')}</h2>
    <p>{message('signing_in_text')}</p>
    <WindowButtons {...props} />
  </section>
);
