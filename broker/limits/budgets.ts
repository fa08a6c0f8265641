import { deviceCodeGrantType } from '@latchkey/shared/grant-types.ts';

/** At most `count` uses in a window of `windowMs`. */
export interface Budget {
  /** Prefix of the key in the store. */
  name: string;
  count: number;
  windowMs: number;
  /** For busy endpoints: a replica takes that many uses from the store at a time. Default: 1. */
  chunk?: number;
  /** Against guessing, or against tiring people: `rate_limit_factor` does not multiply it. */
  isFixed?: true;
  /** What has been too many. Default: requests. */
  of?: string;
}

const minute = { windowMs: 60_000 };
const hour = { windowMs: 3_600_000 };

/**
 * All budgets of the broker. They are far above what honest clients use, because an address can be a whole office.
 * `rate_limit_factor` multiplies all of them except those against guessing (`serviceAuthentication`, `userCode`) and
 * against tiring people (`devicePrompts`).
 *
 * A budget counts what a request is about to start, not that a request came: checks that need no budget come first, so
 * junk spends nothing that others at its address need. "Address" is the network that an address counts as (a /64 for
 * IPv6). Requests that another site's page made the browser send have budgets of their own (`callerOf`).
 */
export const budgets = {
  /**
   * `POST /session/authorize`, by address, once proof and request are valid. Writes a row. A whole office may start at
   * the same time, and a silent sign-in can precede each sign-in.
   */
  sessionAuthorize: { name: 'session-authorize', count: 300, ...minute },
  /**
   * `POST /session`, by address, once the proof is valid and the sign-in has begun. A whole office may start at the
   * same time.
   */
  sessionCreate: { name: 'session-create', count: 300, ...minute },
  /** `GET /session/upstreams`, by address, once the proof is valid. Each popup that opens without a sign-in asks. */
  sessionUpstreams: { name: 'session-upstreams', count: 1_200, chunk: 20, ...minute },
  /** `POST /session/token`, by session, which covers all tabs of a browser. */
  sessionToken: { name: 'session-token', count: 1_200, chunk: 20, ...minute },
  /** `POST` and `DELETE /session/consents`, by session. Each request is a click. */
  sessionConsents: { name: 'session-consents', count: 60, ...minute },
  /**
   * `/session/device`, by session. Each request is a click, or the popup that opens. Wrong codes are budgeted by `userCode`,
   * too.
   */
  sessionDevices: { name: 'session-devices', count: 60, ...minute },
  /** `/session/activity`, by session. The popup asks once when it opens, and once for each further page. */
  sessionActivity: { name: 'session-activity', count: 60, ...minute },

  /**
   * Forms of the broker's pages, once their CSRF token is right: by signed-in person, or by address. Each can begin a
   * sign-in, which writes a row.
   */
  pageForms: { name: 'page-forms', count: 600, ...minute },
  /** `GET /account` without a sign-in, by address. Each visit begins a sign-in, which writes a row. */
  account: { name: 'account', count: 60, ...minute },

  /** `GET /authorize`, by client and address, once the request is valid. Begins a sign-in, which writes a row. */
  authorize: { name: 'authorize', count: 60, ...minute },
  /**
   * `POST /device_authorization`, by client and address, once the request is valid. Writes a row and adds a user code
   * that a guess could hit.
   */
  deviceAuthorization: { name: 'device-authorization', count: 30, ...minute },
  /**
   * `POST /device_authorization` with a `login_hint`, by address and then by the account that it names. Each makes a person's
   * browsers ask. Beyond it, the device signs in by its code alone, and nobody is asked.
   */
  devicePrompts: {
    address: { name: 'device-prompt-address', count: 5, isFixed: true, ...hour },
    account: { name: 'device-prompt-account', count: 5, isFixed: true, ...hour },
    /** Wrong numbers and reports. After the first one, requests that wait are asked about no more, either. */
    alarm: { name: 'device-prompt-alarm', count: 1, isFixed: true, ...hour },
  },
  /**
   * `POST /token`, by client and address, once the code, token or client authentication is right. Each grant type has
   * its own budget, so polls never use up what refreshes need.
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
  /** `POST /token` with a refresh token, by device. */
  deviceRefresh: { name: 'device-refresh', count: 600, chunk: 10, ...minute },
  /**
   * `POST /token` with a code or refresh token that nobody was given, by client and address; unknown clients share one
   * budget per address. Beyond it, such requests get 429. Right ones never do, because they are not counted here.
   */
  tokenRefused: { name: 'token-refused', count: 6_000, chunk: 100, ...minute },

  /**
   * Failed service authentications, by service and address, against guessing of secrets; unknown services share one
   * budget per address. Successes are not counted.
   */
  serviceAuthentication: {
    name: 'service-authentication',
    count: 30,
    isFixed: true,
    of: 'failed authentications of this client from this address',
    ...minute,
  },
  /** Wrong user codes. See `user-code-guesses.ts` for the calculation behind these numbers. */
  userCode: {
    /** By signed-in person. */
    person: { name: 'guess-person', count: 10, isFixed: true, ...hour },
    /** By address, from a person's fourth wrong code on, because many people can share an address. */
    address: { name: 'guess-address', count: 100, isFixed: true, ...hour },
  },
} satisfies Record<string, Budget | Record<string, Budget>>;

/** The number of wrong user codes that a person can enter without using the budget of their address. */
export const guessesOfOwn = 3;

/** Uses per window under a `rate_limit_factor`: at least one, so that no factor closes an endpoint. */
export const limitOf = ({ count, isFixed }: Budget, factor: number): number =>
  isFixed ? count : Math.max(1, Math.round(count * factor));
