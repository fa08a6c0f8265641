/** @jsxImportSource hono/jsx/dom */
import { message } from '../../platform/i18n.ts';
import { openAddress } from '../../platform/pages.ts';
import type { SettingsView } from '../../protocol/ui.ts';
import { BrokerField } from '../broker-field.tsx';

/** The broker in use and who set it. If the user did, they can change it here. */
export const BrokerSection = ({
  view: { broker, signedIn },
  busy,
  onBroker,
}: {
  view: SettingsView;
  busy: boolean;
  onBroker: (broker: string) => void;
}) => (
  <section class="card" aria-labelledby="broker-title">
    <h2 id="broker-title">{message('broker_title')}</h2>
    {broker ? (
      <>
        <p class="origin strong">{broker.url}</p>
        <p class="quiet">{message(`broker_${broker.source}`)}</p>
        <p>
          <a
            href={`${broker.url}/account`}
            target="_blank"
            rel="noreferrer"
            onClick={(event: Event) => {
              event.preventDefault();
              void openAddress(`${broker.url}/account`);
            }}
          >
            {message('account_page')}
          </a>
        </p>
        <p class="quiet">{message('account_page_text')}</p>
      </>
    ) : (
      <p>{message('setup_text')}</p>
    )}
    {broker?.source === 'person' ? (
      <details>
        <summary>{message('broker_change')}</summary>
        <p class="problem">{message('broker_change_text')}</p>
        <BrokerField
          busy={busy}
          submit={message(signedIn ? 'broker_change_signed_in' : 'broker_change')}
          onBroker={onBroker}
        />
      </details>
    ) : null}
    {broker ? null : <BrokerField busy={busy} submit={message('setup_continue')} onBroker={onBroker} />}
  </section>
);
