/** @jsxImportSource hono/jsx/dom */
import { useState } from 'hono/jsx/dom';
import type { PageErrorBody } from '#shared/errors.ts';
import { message } from '../platform/i18n.ts';
import { Problem } from './problem.tsx';

/** The origin that somebody means who types the address of a broker. */
const originOf = (typed: string): string | undefined => {
  const url = /^https?:\/\//.test(typed) ? typed : `https://${typed}`;
  return URL.canParse(url) ? new URL(url).origin : undefined;
};

/** The store build belongs to nobody: the person says where their organisation's broker is. */
export const Setup = ({
  problem,
  onBroker,
}: {
  problem: PageErrorBody | undefined;
  onBroker: (broker: string) => void;
}) => {
  const [wrong, setWrong] = useState(false);
  const submit = (event: Event): void => {
    event.preventDefault();
    const typed = new FormData(event.target as HTMLFormElement).get('broker');
    const origin = originOf(String(typed).trim());
    setWrong(origin === undefined);
    if (origin !== undefined) onBroker(origin);
  };
  return (
    <form class="stack" onSubmit={submit}>
      <Problem problem={problem} />
      <div class="lead">
        <h1>{message('setup_title')}</h1>
        <p>{message('setup_text')}</p>
      </div>
      <label>
        {message('setup_label')}
        <input
          name="broker"
          type="text"
          inputmode="url"
          autocomplete="url"
          spellcheck={false}
          placeholder="latchkey.example.com"
          required
          autofocus
          aria-invalid={wrong}
          aria-describedby="setup-wrong"
        />
      </label>
      <p id="setup-wrong" class="wrong" role="status">
        {wrong ? message('setup_wrong') : ''}
      </p>
      <button type="submit" class="primary">
        {message('setup_continue')}
      </button>
    </form>
  );
};

/** The broker is known, and the browser keeps us from it: one click, and the browser's own question. */
export const Unreachable = ({ broker, onBroker }: { broker: string; onBroker: (broker: string) => void }) => (
  <div class="stack">
    <div class="lead">
      <h1>{message('unreachable_title')}</h1>
      <p>{message('unreachable_text')}</p>
      <p class="origin strong">{broker}</p>
    </div>
    <button type="button" class="primary" onClick={() => onBroker(broker)} autofocus>
      {message('setup_continue')}
    </button>
  </div>
);
