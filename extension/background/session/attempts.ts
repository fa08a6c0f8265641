import type { Clock } from '@latchkey/shared/time.ts';
import * as v from 'valibot';
import type { Schema, StoredValue } from '../../platform/stored-value.ts';

/** A sign-in that has begun. It is stored before the window opens, so that it survives a stopped worker. */
export interface Attempt {
  state: string;
  /** RFC 7636 §4.1. Only the broker ever sees it. */
  verifier: string;
  redirectUri: string;
  issuer: string;
  issRequired: boolean;
  /** When the broker discards the transaction, in milliseconds since the epoch. */
  expiresAt: number;
  /** For a sign-in without a window: `sub` of the account whose session it continues. */
  silentFor?: string | undefined;
  /** Joins its requests in the broker's log. Older versions' attempts lack it. */
  trace?: string | undefined;
  /** The provider's response, once there is one. */
  response?: { code: string; iss?: string | undefined } | undefined;
}

export const storedAttempts: Schema<Attempt[]> = v.array(
  v.object({
    state: v.string(),
    verifier: v.string(),
    redirectUri: v.string(),
    issuer: v.string(),
    issRequired: v.boolean(),
    expiresAt: v.number(),
    silentFor: v.optional(v.string()),
    trace: v.optional(v.string()),
    response: v.optional(v.object({ code: v.string(), iss: v.optional(v.string()) })),
  }),
);

/** More than anybody begins within ten minutes. The oldest is forgotten first. */
const mostAttempts = 8;

/**
 * The sign-ins of one profile that the broker still knows, the latest last. A provider may answer an earlier one: a window
 * was closed over it, or a silent sign-in was given up before. A profile's sign-ins run one at a time.
 */
export interface Attempts {
  all(): Promise<Attempt[]>;
  /** Adds an attempt, or replaces the one with the same `state`. */
  put(attempt: Attempt): Promise<void>;
  drop(state: string): Promise<void>;
  clear(): Promise<void>;
}

export function createAttempts(stored: StoredValue<Attempt[]>, now: Clock): Attempts {
  const all = async (): Promise<Attempt[]> => ((await stored.get()) ?? []).filter(({ expiresAt }) => expiresAt > now());
  const others = async (state: string): Promise<Attempt[]> => (await all()).filter((one) => one.state !== state);
  return {
    all,
    put: async (attempt) => stored.set([...(await others(attempt.state)), attempt].slice(-mostAttempts)),
    drop: async (state) => stored.set(await others(state)),
    clear: () => stored.clear(),
  };
}
