/** @jsxImportSource hono/jsx/dom */
import { useEffect, useState } from 'hono/jsx/dom';
import { message } from '../platform/i18n.ts';
import { Button } from './button.tsx';
import { DeviceCodeForm } from './device-code-form.tsx';
import { DeviceQuestion } from './device-question.tsx';
import {
  answerDevice,
  type DeviceChoice,
  type DeviceFault,
  type DeviceStep,
  enterCode,
  openDevice,
} from './device-steps.ts';
import type { PanelProps } from './panel-props.ts';

/** Signs in a device: the code, unless the device asks by itself, the question, and how it ended. */
export const DevicePanel = ({ client, account, asking, busy, act }: PanelProps) => {
  const [step, setStep] = useState<DeviceStep | undefined>(asking);
  const [fault, setFault] = useState<DeviceFault>();
  const [allowing, setAllowing] = useState(false);
  const { sub } = account;

  useEffect(() => {
    if (asking?.sub === sub) return;
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
  const answer = (asked: DeviceStep, choice: DeviceChoice, number?: string) =>
    void act({
      doing: message('loading'),
      async run() {
        setAllowing(choice === 'allow');
        try {
          setStep(await answerDevice(client, asked, choice, number));
        } catch (error) {
          // The answer may have counted.
          setStep((await openDevice(sub)) ?? asking);
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
        <DeviceQuestion step={step} account={account} busy={busy} onAnswer={(...given) => answer(step, ...given)} />
      )}
    </>
  );
};

/** How a request ended. Before that, it is in progress. */
const lookOf = (decided: DeviceStep['decided']): string | undefined =>
  decided && (decided.outcome === 'allowed' ? 'card' : 'problem');
