/** @jsxImportSource hono/jsx/dom */
import { useRef } from 'hono/jsx/dom';
import { message } from '../platform/i18n.ts';
import { Button } from './button.tsx';
import type { DeviceFault } from './device-steps.ts';

/** The field for a device's code. It is never filled in: whoever sends a link can't put a code here. */
export const DeviceCodeForm = ({
  busy,
  fault,
  onCode,
}: {
  busy: boolean;
  fault: DeviceFault | undefined;
  onCode: (code: string) => void;
}) => {
  const field = useRef<HTMLInputElement>(null);
  const submit = (event: Event): void => {
    event.preventDefault();
    const code = field.current?.value.trim() ?? '';
    if (!busy && code !== '') onCode(code);
    else field.current?.focus();
  };
  return (
    <form class="stack" onSubmit={submit}>
      <p>{message('device_lead')}</p>
      <div class="field">
        <label for="user-code">{message('device_label')}</label>
        <input
          id="user-code"
          class="user-code"
          ref={field}
          data-first
          maxLength={400}
          autocomplete="off"
          autocapitalize="characters"
          spellcheck={false}
          placeholder="XXXX-XXXX"
          aria-invalid={fault === undefined ? undefined : 'true'}
          aria-describedby="device-fault"
        />
        <p id="device-fault" class="wrong" role="alert">
          {fault === undefined ? '' : message(`device_${fault}`)}
        </p>
      </div>
      <Button type="submit" kind="primary" busy={busy}>
        {message('setup_continue')}
      </Button>
      <p class="problem">{message('device_warning')}</p>
    </form>
  );
};
