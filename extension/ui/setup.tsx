/** @jsxImportSource hono/jsx/dom */
import { message } from '../platform/i18n.ts';
import { BrokerField } from './broker-field.tsx';
import { Button } from './button.tsx';
import { Logo } from './logo.tsx';

/** The store build doesn't know its organization, so the user enters the broker's address. */
export const Setup = ({ busy, onBroker }: { busy: boolean; onBroker: (broker: string) => void }) => (
  <div class="stack">
    <div class="lead hero">
      <Logo />
      <h1>{message('setup_title')}</h1>
      <p>{message('setup_text')}</p>
    </div>
    <BrokerField busy={busy} submit={message('setup_continue')} onBroker={onBroker} />
  </div>
);

/** The broker is known, but the extension has no access to it yet. One click opens the browser's permission prompt. */
export const Unreachable = ({
  broker,
  busy,
  onBroker,
}: {
  broker: string;
  busy: boolean;
  onBroker: (broker: string) => void;
}) => (
  <div class="stack">
    <div class="lead hero">
      <Logo />
      <h1>{message('unreachable_title')}</h1>
      <p>{message('unreachable_text')}</p>
      <p class="origin strong">{broker}</p>
    </div>
    <Button kind="primary" first busy={busy} gives={`broker ${broker}`} onPress={() => onBroker(broker)}>
      {message('setup_continue')}
    </Button>
  </div>
);
