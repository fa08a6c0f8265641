import type { BulkBudget } from './limiter.ts';

/**
 * What one session, or one client at one address, may ask for in a minute. Far above what honest ones do; an office
 * full of devices is one address. Each grant type has its own, so that polls never keep a refresh out. What is asked for
 * before anybody is known (`/session/authorize`, `/device_authorization`, `/authorize`) has its budget where it is.
 */
const minute = { windowMs: 60_000 };

export const budgets = {
  /** `POST /session`, by address: an office that starts its day is one. */
  sessionCreate: { name: 'session-create', count: 300, chunk: 1, ...minute },
  /** `POST /session/token`, by session: all tabs of a browser. */
  sessionToken: { name: 'session-token', count: 1_200, chunk: 20, ...minute },
  /** `POST /session/consents` and `DELETE`, by session. */
  sessionConsents: { name: 'session-consents', count: 60, chunk: 1, ...minute },
  /** Forms of people's pages, by address: each may begin a sign-in, which is a row. */
  pageForms: { name: 'page-forms', count: 600, chunk: 1, ...minute },
  /** The grants of `POST /token`, by client and address. */
  grants: {
    'urn:ietf:params:oauth:grant-type:device_code': { name: 'grant-device', count: 30_000, chunk: 100, ...minute },
    refresh_token: { name: 'grant-refresh', count: 6_000, chunk: 20, ...minute },
    authorization_code: { name: 'grant-code', count: 600, chunk: 10, ...minute },
    client_credentials: { name: 'grant-client', count: 600, chunk: 10, ...minute },
  },
  /** The refresh of one device, by its family of handles. */
  deviceRefresh: { name: 'device-refresh', count: 600, chunk: 10, ...minute },
} satisfies Record<string, BulkBudget | Record<string, BulkBudget>>;
