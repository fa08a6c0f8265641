import type { Context } from 'hono';
import type { FailedAuthentication, OAuthError } from './errors.ts';
import type { AuthenticatedSession } from './session/authenticate-session.ts';
import type { Language } from './web/pages/languages.ts';
import type { NextStep } from './web/pages/next.ts';

/** Facts about the request that middleware sets for later handlers. */
export interface Env {
  Variables: {
    /** The ID of the request's trace: 32 hexadecimal digits. */
    requestId: string;
    /** The ID of the request's own span: 16 hexadecimal digits. */
    spanId: string;
    /** The OAuth client or extension that the request names, unverified. For the log. */
    client: string;
    /** The sign-in that the request belongs to. See `signInIdOf`. For the log. */
    signIn: string;
    /** The error that the request ends in. For the log. */
    refusal: OAuthError;
    /** Set where a failed authentication doesn't end in an error that says so. */
    failed: FailedAuthentication;
    /** The client's address. Proxies are believed only if they are trusted. */
    address: string;
    /** What budgets count by: the IPv4 address, or the /64 of an IPv6 address. */
    network: string;
    /** Whether a trusted proxy sent the request. Only then is its description of the original request believed. */
    fromTrustedProxy: boolean;
    /** Where the person can continue after an error, if more is known of that than the path. */
    next: readonly NextStep[];
    /** The language of pages. */
    language: Language;
    /** Whether the page has a script. Only then does its policy allow one. */
    hasScript: boolean;
    /** Set by `requireProof`: the thumbprint of the key that signed the proof. */
    jkt: string;
    /** Set by `requireProof`: marks the proof as used. Call it once the caller is authenticated. */
    useProof: () => Promise<void>;
    /** Set by `requireSession`. */
    session: AuthenticatedSession;
  };
}

export type BrokerContext = Context<Env>;
