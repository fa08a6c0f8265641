/** @jsxImportSource hono/jsx/dom */
import { ago } from '@latchkey/shared/ago.ts';
import { language, message } from '../platform/i18n.ts';
import type { AccountView } from '../protocol/ui.ts';
import { nameOf } from './accounts.tsx';
import { Button } from './button.tsx';
import type { DeviceChoice, DeviceStep } from './device-steps.ts';

/** How long the device stays signed in: `90 days`. */
function duration(seconds: number): string {
  const hours = seconds / 3_600;
  const [value, unit] = hours < 48 ? [Math.ceil(hours), 'hour'] : [Math.ceil(hours / 24), 'day'];
  return new Intl.NumberFormat(language(), { style: 'unit', unit, unitDisplay: 'long' }).format(value);
}

/**
 * What a device's question is about: its code to compare or its number to pick, for which account, what it may do, and
 * where it asked from.
 */
export const DeviceQuestion = ({
  step: { question },
  account,
  busy,
  onAnswer,
}: {
  step: DeviceStep;
  account: AccountView;
  busy: boolean;
  onAnswer: (choice: DeviceChoice, number?: string) => void;
}) => {
  const may = [...question.scopes, ...question.knows.map((fact) => message(`device_knows_${fact}`))];
  // The panel may have opened by itself, under the pointer.
  const gives = `${question.request} ${account.sub}`;
  const started = ago(language(), Math.max(0, Date.now() - question.started_at * 1_000), message('just_now'));
  return (
    <>
      {question.outcome === 'found' ? (
        <p>
          {message('device_compare')} <code class="user-code">{question.user_code}</code>
        </p>
      ) : (
        <p id="device-pick">{message('device_pick')}</p>
      )}
      <p class={question.same_network ? 'quiet' : 'problem'}>
        {message(question.same_network ? 'device_same_network' : 'device_other_network')}{' '}
        {message('device_began', started, question.from ?? '–')}
      </p>
      <section class="card may" aria-label={question.client}>
        <p class="quiet">{message('device_account', account.email ?? nameOf(account))}</p>
        {question.resource === undefined ? null : <h3>{message('device_may', question.resource)}</h3>}
        <ul>
          {(may.length === 0 ? [message('device_knows_openid')] : may).map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
        <p class="quiet">{message('device_stays', duration(question.stays))}</p>
      </section>
      <div class="end">
        <div class="choice">
          {question.outcome === 'found' ? (
            <Button busy={busy} gives={gives} onPress={() => onAnswer('allow')}>
              {message('allow')}
            </Button>
          ) : (
            <fieldset class="numbers" aria-labelledby="device-pick">
              {question.numbers.map((number) => (
                <Button key={number} busy={busy} gives={gives} onPress={() => onAnswer('allow', number)}>
                  {number}
                </Button>
              ))}
            </fieldset>
          )}
          <Button busy={busy} gives={gives} onPress={() => onAnswer('deny')}>
            {message('device_deny')}
          </Button>
          <Button kind="never" busy={busy} gives={gives} onPress={() => onAnswer('report')}>
            {message('device_report')}
          </Button>
        </div>
      </div>
    </>
  );
};
