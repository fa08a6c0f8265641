import type { PageErrorBody } from './errors.ts';

/**
 * Types of the messages of `page-protocol.ts`, without the schemas that check them: the page SDK publishes these types
 * and has no dependencies.
 */
export type { PageErrorBody } from './errors.ts';

/** Scopes of one resource. */
export interface Access {
  resource: string;
  scopes: string[];
}

/** The parameters of each method. */
export interface PageParameters {
  'session.get': Record<never, never>;
  'session.sign_in': Record<never, never>;
  'session.sign_out': Record<never, never>;
  'token.get': Access & {
    /** The other resources that the page uses. If the user is asked, then for all of them, in one window. */
    also?: Access[] | undefined;
    min_ttl_s?: number | undefined;
    profile?: string | undefined;
    interactive: 'never' | 'if_needed';
    acr_values?: string | undefined;
    max_age?: number | undefined;
  };
  'token.proof': Access & {
    min_ttl_s?: number | undefined;
    profile?: string | undefined;
    method: string;
    url: string;
    nonce?: string | undefined;
  };
  'access.list': Record<never, never>;
  'access.revoke': { resource?: string | undefined };
  'request.cancel': { request_id: string };
  'request.poll': { request_id: string };
}

export type PageMethod = keyof PageParameters;

export interface SessionView {
  signed_in: boolean;
  account?: { sub: string; name?: string | undefined; email?: string | undefined } | undefined;
}

export interface TokenView {
  access_token: string;
  token_type: 'Bearer' | 'DPoP';
  /** In seconds, from when the background responds. */
  expires_in: number;
  scope: string;
  resource: string;
}

/** A DPoP-bound token, and a proof for one request to one URL. */
export interface ProofView extends TokenView {
  proof: string;
}

/** Scopes of one resource, either granted or not yet granted to this site. */
export interface AccessView extends Access {
  /** The resource's name, for people. */
  name: string;
  granted: boolean;
  /** Where the resource is, from the configuration: its tokens are for what lies under these URLs. */
  urls: string[];
}

/** The result of each method. */
export interface PageResults {
  'session.get': SessionView;
  'session.sign_in': SessionView;
  'session.sign_out': Record<string, never>;
  'token.get': TokenView;
  'token.proof': ProofView;
  'access.list': { access: AccessView[] };
  'access.revoke': Record<string, never>;
  'request.cancel': Record<string, never>;
  'request.poll': never;
}

/** From the background to the page. `pending` asks the page to poll with `request.poll`, because the browser may stop the background during a long wait. */
export type PageResponse =
  | { v: 1; id: string; ok: true; r: unknown }
  | { v: 1; id: string; pending: { request_id: string; poll_after_ms: number } }
  | { v: 1; id: string; ok: false; e: PageErrorBody };

/**
 * A hint: if `epoch` has changed, the page must discard what it knows about the session and tokens. Each origin has its
 * own epochs, so that sites can't tell by them that they have the same visitor.
 */
export interface PageEvent {
  ev: 'session' | 'access';
  epoch: string;
}

/**
 * The last message on a page's port, from either end: whoever sends it closes the port. A page that gets it has missed
 * events from now on, so it discards what it knows, as after an unknown `epoch`.
 */
export interface Goodbye {
  ev: 'bye';
  epoch?: undefined;
}

/** First message on the page's port: the bridge announces itself and its versions. */
export interface Ready {
  ready: true;
  nonce: string;
  v: 1;
}
