/** @jsxImportSource hono/jsx/dom */

import { isSecureUrl } from '@latchkey/shared/origin.ts';
import { useState } from 'hono/jsx/dom';
import { message } from '../platform/i18n.ts';
import { Button } from './button.tsx';

/** The origin that a typed broker address stands for. `undefined` if it can't be one. */
export const brokerFrom = (typed: string): string | undefined => {
  const text = typed.trim();
  const address = /^[a-z]+:\/\//i.test(text) ? text : `https://${text}`;
  if (!URL.canParse(address)) return undefined;
  const url = new URL(address);
  // Chromium escapes characters that no host can contain, such as a space, and accepts the result.
  return isSecureUrl(url) && !url.hostname.includes('%') ? url.origin : undefined;
};

/** The field for the address of the organization's broker. */
export const BrokerField = ({
  busy,
  submit,
  onBroker,
}: {
  busy: boolean;
  submit: string;
  onBroker: (broker: string) => void;
}) => {
  const [wrong, setWrong] = useState(false);
  const send = (event: Event): void => {
    event.preventDefault();
    if (busy) return;
    const form = event.target as HTMLFormElement;
    const origin = brokerFrom(String(new FormData(form).get('broker')));
    setWrong(origin === undefined);
    if (origin !== undefined) onBroker(origin);
    else form.querySelector('input')?.focus();
  };
  return (
    <form class="field" onSubmit={send}>
      <label for="broker">{message('setup_label')}</label>
      <input
        id="broker"
        name="broker"
        type="text"
        inputmode="url"
        autocomplete="url"
        spellcheck={false}
        placeholder="latchkey.example.com"
        required
        data-first
        aria-invalid={wrong ? 'true' : undefined}
        aria-describedby="broker-wrong"
      />
      <p id="broker-wrong" class="wrong" role="status">
        {wrong ? message('setup_wrong') : ''}
      </p>
      <Button type="submit" kind="primary" busy={busy} gives="broker">
        {submit}
      </Button>
    </form>
  );
};
