/** @jsxImportSource hono/jsx/dom */
import { useEffect, useState } from 'hono/jsx/dom';
import { message } from '../platform/i18n.ts';
import { Button } from './button.tsx';
import { DeviceCodeForm } from './device-code-form.tsx';
import { DeviceQuestion } from './device-question.tsx';
import { answerDevice, type DeviceFault, type DeviceStep, enterCode, openDevice } from './device-steps.ts';
import type { PanelProps } from './panel-props.ts';

/** Signs in a device: the code, the question, and how it ended. */
export const DevicePanel = ({ client, account, busy, act }: PanelProps) => {
  const [step, setStep] = useState<DeviceStep>();
  const [fault, setFault] = useState<DeviceFault>();
  const [allowing, setAllowing] = useState(false);
  const { sub } = account;

  useEffect(() => {
    void act({
      doing: message('loading'),
      async run() {
        setStep(await openDevice(sub));
      },
    });
  }, [sub]);

  const enter = (code: string) =>
    void act({
      doing: message('checking'),
      async run() {
        setFault(undefined);
        const found = await enterCode(client, sub, code);
        if (typeof found === 'string') setFault(found);
        else setStep(found);
      },
    });
  const answer = (asked: DeviceStep, choice: 'allow' | 'deny' | 'report') =>
    void act({
      doing: message('loading'),
      async run() {
        setAllowing(choice === 'allow');
        try {
          setStep(await answerDevice(client, asked, choice));
        } catch (error) {
          // The answer may have counted.
          setStep(await openDevice(sub));
          throw error;
        } finally {
          setAllowing(false);
        }
      },
    });

  const decided = step?.decided;
  const isQuestion = step && !decided && !allowing;
  const { client: name = '' } = step?.question ?? {};
  const words = decided
    ? message(`device_${decided.outcome}`, name)
    : allowing
      ? message('device_allowing', name)
      : step && message('device_question', name);
  return (
    <>
      {/* It is there before its words are: screen readers read only what changes in it. */}
      <div role="status">
        {isQuestion ? (
          <h2 class="ask">{words}</h2>
        ) : words === undefined ? null : (
          <p class={lookOf(decided)}>{words}</p>
        )}
      </div>
      {!step ? (
        <DeviceCodeForm busy={busy} fault={fault} onCode={enter} />
      ) : decided ? (
        <Button first busy={busy} onPress={() => setStep(undefined)}>
          {message('device_another')}
        </Button>
      ) : allowing ? (
        <div class="spinner" />
      ) : (
        <DeviceQuestion step={step} account={account} busy={busy} onAnswer={(choice) => answer(step, choice)} />
      )}
    </>
  );
};

/** How a request ended. Before that, it is in progress. */
const lookOf = (decided: DeviceStep['decided']): string | undefined =>
  decided && (decided.outcome === 'allowed' ? 'card' : 'problem');
