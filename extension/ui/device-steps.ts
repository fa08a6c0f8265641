import { deviceAnswer, deviceDecided, deviceQuestion } from '@latchkey/shared/session-device.ts';
import * as v from 'valibot';
import { keptInSession } from '../platform/kept-in-session.ts';
import { ownAnswer } from './own-answer.ts';
import type { UiClient } from './ui-client.ts';

/** A device that the user was asked about. It is stored, because the popup closes whenever the user looks elsewhere. */
const deviceStep = v.object({
  /** Epoch milliseconds. */
  until: v.number(),
  sub: v.string(),
  question: deviceQuestion,
  /** How it ended. */
  decided: v.optional(deviceDecided),
});
export type DeviceStep = v.InferOutput<typeof deviceStep>;

export type DeviceFault = Exclude<v.InferOutput<typeof deviceAnswer>['outcome'], 'found'>;

/** A question is over when its code is. */
const stepMs = 600_000;
const kept = keptInSession('device');
/** How an "Allow" ended whose popup had closed. The background leaves it there. */
const outcome = keptInSession('device-outcome');
const keptOutcome = v.object({ request: v.string(), decided: deviceDecided });

/** The question that is open, unless it is another account's, or how it ended, which is told once. */
export async function openDevice(sub: string): Promise<DeviceStep | undefined> {
  const parsed = v.safeParse(deviceStep, await kept.get());
  if (!parsed.success) return undefined;
  const step = parsed.output;
  if (step.sub !== sub || step.until <= Date.now()) return undefined;
  const ended = v.safeParse(keptOutcome, await outcome.get());
  if (!ended.success || ended.output.request !== step.question.request) return step;
  await kept.clear();
  return { ...step, decided: ended.output.decided };
}

/** Compares a code that the user typed or pasted. Nothing else begins a question: no page and no link. */
export async function enterCode(client: UiClient, sub: string, code: string): Promise<DeviceStep | DeviceFault> {
  const call = { path: 'device', body: { user_code: code }, sub } as const;
  const answer = ownAnswer(deviceAnswer, await client.call('own.call', call));
  if (answer.outcome !== 'found') return answer.outcome;
  const step = { until: Date.now() + stepMs, sub, question: answer };
  await kept.set(step);
  return step;
}

/** Answers the question that the user sees. */
export async function answerDevice(
  client: UiClient,
  step: DeviceStep,
  choice: 'allow' | 'deny' | 'report',
): Promise<DeviceStep> {
  const { question, sub } = step;
  const { request, same_network: near } = question;
  const answer =
    choice === 'allow'
      ? client.call('device.allow', { request, near, sub })
      : client.call('own.call', { path: 'device/decision', body: { request, decision: choice }, sub });
  return decide(step, await answer);
}

async function decide(step: DeviceStep, answer: unknown): Promise<DeviceStep> {
  const decided = ownAnswer(deviceDecided, answer);
  // The user sees it now.
  await kept.clear();
  return { ...step, decided };
}
