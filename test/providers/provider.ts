import type { Page } from 'playwright';
import type { DemoUser } from '../../demo/users.ts';

/** An identity provider that `npm run providers` can start on this machine. */
export interface Provider {
  /** Its name on the command line, in the table, and in the broker's configuration. */
  name: string;
  /**
   * Finds or downloads its program.
   *
   * @throws {NotHere} if this machine can't have it
   */
  provide(say: (line: string) => void): Promise<Program>;
}

export interface Program {
  version: string;
  /** Starts the server and registers users and client. */
  start(place: Place): Promise<RunningProvider>;
}

/** Where the provider runs, and whom it serves. */
export interface Place {
  /** Its public address, without a trailing slash. Everything that arrives there is sent on to `port` of 127.0.0.1. */
  origin: string;
  port: number;
  /** An empty folder for its data. */
  dir: string;
  client: BrokerClient;
  users: readonly DemoUser[];
}

/** The broker, as the provider's client. */
export interface BrokerClient {
  id: string;
  secret: string;
  issuer: string;
  /** The extension's IDs, which two of the redirect URIs come from. */
  chromeId: string;
  firefoxId: string;
  redirectUris: readonly string[];
  postLogoutRedirectUri: string;
  backchannelLogoutUri: string;
}

/** What the test asks of a provider, as its administrator or as a person at its pages. */
export interface RunningProvider {
  /** Its entry under `upstreams`, without the client's ID and secret. */
  upstream: Record<string, unknown>;
  /** Whether the provider rotates refresh tokens, and for how long it accepts a rotated one again. */
  rotation: { rotates: boolean; leewayMs: number };
  /** How long an unused refresh token can be used, in milliseconds. Absent if that is longer than anyone waits here. */
  refreshTokenMs?: number;
  /** Types the person's credentials into the form that `page` shows. The page may close at once. */
  signIn(page: Page, user: DemoUser): Promise<void>;
  /** The selector of a field that only the sign-in form has. */
  signInField: string;
  /** The selector of the button that consents to what Latchkey asks for, if the provider has one. */
  consentButton?: string;
  /** Answers the question for a second factor. */
  secondFactor(page: Page, user: DemoUser): Promise<void>;
  /** Does what is left on the provider's page after a sign-out in the extension opened it. */
  confirmSignOut(page: Page): Promise<void>;
  /** The person signs out at the provider itself. `page` is a new tab. */
  signOutThere(page: Page): Promise<void>;
  /** An administrator ends the person's sessions. */
  endSessions(user: DemoUser): Promise<void>;
  disable(user: DemoUser): Promise<void>;
  /** The person may not use Latchkey. */
  unassign(user: DemoUser): Promise<void>;
  /** No token and no answer has groups any more. */
  dropGroups(): Promise<void>;
  replaceSecret(secret: string): Promise<void>;
  /** Signs with a new key from now on, and forgets the old one. */
  rollKeys(): Promise<void>;
  /** Stops the server, which {@link start} starts again with the same data. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Ends all that belongs to the provider. */
  close(): Promise<void>;
  /** Steps that can't be done with this provider, with the reason that the table shows. */
  cannot: Readonly<Partial<Record<StepName, string>>>;
}

export const stepNames = [
  'doctor',
  'sign-in',
  'groups',
  'sign-out here',
  'token',
  'refresh',
  'lost answer',
  'reuse',
  'long idle',
  'step-up',
  'device',
  'device apart',
  'account',
  'restart',
  'new keys',
  'new secret',
  'sign-out there',
  'sessions ended',
  'disabled',
] as const;

export type StepName = (typeof stepNames)[number];

/** Why `long idle` is not tried. */
export const lasting = { 'long idle': 'its refresh tokens last longer than anyone waits here' } as const;

/** This machine can't have a provider. The message says why, and what would help. */
export class NotHere extends Error {
  override readonly name = 'NotHere';
}
