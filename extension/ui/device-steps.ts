import {
  deviceAnswer,
  deviceAsking,
  deviceAskingAnswer,
  deviceDecided,
  deviceQuestion,
} from '@latchkey/shared/session-device.ts';
import * as v from 'valibot';
import { keptInSession } from '../platform/kept-in-session.ts';
import { ownAnswer } from './own-answer.ts';
import type { UiClient } from './ui-client.ts';

/** A device that the user was asked about. It is stored, because the popup closes whenever the user looks elsewhere. */
const deviceStep = v.object({
  /** Epoch milliseconds. */
  until: v.number(),
  sub: v.string(),
  question: v.union([deviceQuestion, deviceAsking]),
  /** How it ended. */
  decided: v.optional(deviceDecided),
});
export type DeviceStep = v.InferOutput<typeof deviceStep>;

export type DeviceChoice = 'allow' | 'deny' | 'report';

export type DeviceFault = Exclude<v.InferOutput<typeof deviceAnswer>['outcome'], 'found'>;

/** A question is over when its code is, which the broker knows. This is by the clock here, which may be another. */
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

/** Finds a device that named this account. Only the broker begins such a question, and the number is picked here. */
export async function askingDevice(client: UiClient, sub: string): Promise<DeviceStep | undefined> {
  const answer = ownAnswer(deviceAskingAnswer, await client.call('own.call', { path: 'device/asking', body: {}, sub }));
  if (answer.outcome !== 'asking') return undefined;
  return { until: Date.now() + stepMs, sub, question: answer };
}

/** Compares a code that the user typed or pasted. No page and no link begins such a question. */
export async function enterCode(client: UiClient, sub: string, code: string): Promise<DeviceStep | DeviceFault> {
  const call = { path: 'device', body: { user_code: code }, sub } as const;
  const answer = ownAnswer(deviceAnswer, await client.call('own.call', call));
  if (answer.outcome !== 'found') return answer.outcome;
  const step = { until: Date.now() + stepMs, sub, question: answer };
  await kept.set(step);
  return step;
}

/**
 * Answers the question that the user sees.
 *
 * @param number what the user picked, where they entered no code
 */
export async function answerDevice(
  client: UiClient,
  step: DeviceStep,
  choice: DeviceChoice,
  number?: string,
): Promise<DeviceStep> {
  const { question, sub } = step;
  const { request, same_network: near } = question;
  // The popup may close when the provider's window opens.
  if (number !== undefined) await kept.set(step);
  const answer =
    choice === 'allow'
      ? client.call('device.allow', { request, near, number, sub })
      : client.call('own.call', { path: 'device/decision', body: { request, decision: choice }, sub });
  const decided = ownAnswer(deviceDecided, await answer);
  // The user sees it now.
  await kept.clear();
  // Another device may ask. The badge says so, even if the popup closes now.
  if (question.outcome === 'asking') void askingDevice(client, sub).catch(() => undefined);
  return { ...step, decided };
}
