import { deviceCodeGrantType } from '@latchkey/shared/grant-types.ts';

/** At most `count` uses in a window of `windowMs`. */
export interface Budget {
  /** Prefix of the key in the store. */
  name: string;
  count: number;
  windowMs: number;
}

/** A budget for busy endpoints. A replica takes `chunk` uses from the store at a time. */
export interface ChunkedBudget extends Budget {
  chunk: number;
}

const minute = { windowMs: 60_000 };
const hour = { windowMs: 3_600_000 };

/**
 * All budgets of the broker. They are far above what honest clients use, because an address can be a whole office.
 * `rate_limit_factor` multiplies all of them except those against guessing (`serviceAuthentication`, `userCode`).
 */
export const budgets = {
  /**
   * `POST /session/authorize`, by address. A whole office may start at the same time, and a silent sign-in can precede
   * each sign-in.
   */
  sessionAuthorize: { name: 'session-authorize', count: 300, ...minute },
  /** `POST /session`, by address. A whole office may start at the same time. */
  sessionCreate: { name: 'session-create', count: 300, chunk: 1, ...minute },
  /** `POST /session/token`, by session, which covers all tabs of a browser. */
  sessionToken: { name: 'session-token', count: 1_200, chunk: 20, ...minute },
  /** `POST` and `DELETE /session/consents`, by session. Each request is a click. */
  sessionConsents: { name: 'session-consents', count: 60, chunk: 1, ...minute },

  /** Forms of the broker's pages, by address. Each can begin a sign-in, which writes a row. */
  pageForms: { name: 'page-forms', count: 600, chunk: 1, ...minute },
  /** `GET /account` without a sign-in, by address. Each request begins a sign-in, which writes a row. */
  account: { name: 'account', count: 60, ...minute },

  /** `GET /authorize`, by address. Each request begins a sign-in, which writes a row. */
  authorize: { name: 'authorize', count: 60, ...minute },
  /** `POST /device_authorization`, by address. Each request writes a row and adds a user code that a guess could hit. */
  deviceAuthorization: { name: 'device-authorization', count: 30, ...minute },
  /**
   * `POST /token`, by client and address. Each grant type has its own budget, so polls never use up what refreshes
   * need.
   */
  grants: {
    /** An office full of devices, each polling every five seconds. */
    [deviceCodeGrantType]: { name: 'grant-device', count: 30_000, chunk: 100, ...minute },
    /** An office full of devices, each refreshing every few minutes. */
    refresh_token: { name: 'grant-refresh', count: 6_000, chunk: 20, ...minute },
    /** Each request follows a sign-in. */
    authorization_code: { name: 'grant-code', count: 600, chunk: 10, ...minute },
    /** Services reuse a token for minutes. */
    client_credentials: { name: 'grant-client', count: 600, chunk: 10, ...minute },
  },
  /** `POST /token` with a refresh token, by family, which is one device. */
  deviceRefresh: { name: 'device-refresh', count: 600, chunk: 10, ...minute },

  /** Failed service authentications, by address, against guessing of secrets. Successes are not counted. */
  serviceAuthentication: { name: 'service-authentication', count: 30, ...minute },
  /** Wrong user codes. See `user-code-guesses.ts` for the calculation behind these numbers. */
  userCode: {
    /** By signed-in person. */
    person: { name: 'guess-person', count: 10, ...hour },
    /** By address, from a person's fourth wrong code on, because many people can share an address. */
    address: { name: 'guess-address', count: 100, ...hour },
  },
} satisfies Record<string, Budget | ChunkedBudget | Record<string, Budget | ChunkedBudget>>;

/** The number of wrong user codes that a person can enter without using the budget of their address. */
export const guessesOfOwn = 3;
