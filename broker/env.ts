import type { Context } from 'hono';
import type { FailedAuthentication } from './errors.ts';
import type { AuthenticatedSession } from './session/authenticate-session.ts';
import type { Language } from './web/pages/languages.ts';

/** What middleware puts on the request for those after it. */
export interface Env {
  Variables: {
    requestId: string;
    /** The OAuth client or extension that the request names, unverified. For the log. */
    client: string;
    /** The sign-in that the request belongs to. See `signInIdOf`. For the log. */
    signIn: string;
    /** Set where a failed authentication doesn't end in an error. */
    failed: FailedAuthentication;
    /** The caller's address, through trusted proxies only. */
    address: string;
    /** Whom the address counts for in budgets: itself, or its /64. */
    network: string;
    /** Whether a trusted proxy sent the request: only then what it says of the original one is believed. */
    fromTrustedProxy: boolean;
    /** That of the pages. */
    language: Language;
    /** Whether the page has a script of ours: only then its policy allows one. */
    hasScript: boolean;
    /** Set by `requireProof`: thumbprint of the key that signed the proof. */
    jkt: string;
    /** Set by `requireProof`: marks the proof as used, once it is known that somebody is behind it. */
    useProof: () => Promise<void>;
    /** Set by `requireSession`. */
    session: AuthenticatedSession;
  };
}

export type BrokerContext = Context<Env>;
