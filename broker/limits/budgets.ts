import { deviceCodeGrantType } from '@latchkey/shared/grant-types.ts';

/** At most `count` uses in a window of `windowMs`. */
export interface Budget {
  /** Prefix of the store's key. */
  name: string;
  count: number;
  windowMs: number;
}

/** A budget for busy endpoints: a replica takes `chunk` uses out of the store at a time. */
export interface ChunkedBudget extends Budget {
  chunk: number;
}

const minute = { windowMs: 60_000 };
const hour = { windowMs: 3_600_000 };

/**
 * Every budget of the broker. They are far above what honest clients use, and an address can be a whole office.
 * `rate_limit_factor` multiplies all of them except those against guessing (`serviceAuthentication`, `userCode`).
 */
export const budgets = {
  /** `POST /session/authorize`, by address. An office starts its day at once, and a silent sign-in can precede each. */
  sessionAuthorize: { name: 'session-authorize', count: 300, ...minute },
  /** `POST /session`, by address. An office starts its day at once. */
  sessionCreate: { name: 'session-create', count: 300, chunk: 1, ...minute },
  /** `POST /session/token`, by session: all tabs of a browser. */
  sessionToken: { name: 'session-token', count: 1_200, chunk: 20, ...minute },
  /** `POST` and `DELETE /session/consents`, by session: each is a click. */
  sessionConsents: { name: 'session-consents', count: 60, chunk: 1, ...minute },

  /** Forms of the broker's pages, by address: each can begin a sign-in, which writes a row. */
  pageForms: { name: 'page-forms', count: 600, chunk: 1, ...minute },
  /** `GET /account` without a sign-in, by address: each begins a sign-in, which writes a row. */
  account: { name: 'account', count: 60, ...minute },

  /** `GET /authorize`, by address: each begins a sign-in, which writes a row. */
  authorize: { name: 'authorize', count: 60, ...minute },
  /** `POST /device_authorization`, by address: each writes a row, and adds a user code that a guess could hit. */
  deviceAuthorization: { name: 'device-authorization', count: 30, ...minute },
  /** `POST /token`, by client and address. One for each grant type, so that polls never use up what refreshes need. */
  grants: {
    /** An office full of devices, each polling every five seconds. */
    [deviceCodeGrantType]: { name: 'grant-device', count: 30_000, chunk: 100, ...minute },
    /** An office full of devices, each refreshing every few minutes. */
    refresh_token: { name: 'grant-refresh', count: 6_000, chunk: 20, ...minute },
    /** Each follows a sign-in. */
    authorization_code: { name: 'grant-code', count: 600, chunk: 10, ...minute },
    /** Services keep a token for minutes. */
    client_credentials: { name: 'grant-client', count: 600, chunk: 10, ...minute },
  },
  /** `POST /token` with a refresh token, by its family: one device. */
  deviceRefresh: { name: 'device-refresh', count: 600, chunk: 10, ...minute },

  /** Failed authentications of services, by address: somebody guesses secrets. Successes are not counted. */
  serviceAuthentication: { name: 'service-authentication', count: 30, ...minute },
  /** Wrong user codes: `user-code-guesses.ts` has the arithmetic behind these numbers. */
  userCode: {
    /** By signed-in person. */
    person: { name: 'guess-person', count: 10, ...hour },
    /** By address, from a person's fourth wrong code on: many people can share an address. */
    address: { name: 'guess-address', count: 100, ...hour },
  },
} satisfies Record<string, Budget | ChunkedBudget | Record<string, Budget | ChunkedBudget>>;

/** So many wrong user codes a person can enter without using up the budget of their address. */
export const guessesOfOwn = 3;
