import { randomBytes } from 'node:crypto';
import { getCookie, setCookie } from 'hono/cookie';
import * as v from 'valibot';
import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';
import { OAuthError } from '../errors.ts';
import { keyedDigest, macMatches, sha256 } from '../keys/hash.ts';
import { open, seal } from '../keys/seal.ts';

/**
 * What a browser carries between the broker's own pages: short-lived, and separate from the extension's session.
 * `state` and CSRF tokens are bound to its `id`, which changes with each sign-in. The cookie, sealed under the ring,
 * does not say who is signed in. That is stored in a row under a hash of the ID, and only a sign-in writes this row.
 * It has only what the provider wants to be told of the person at the next request.
 */
export interface PageSession {
  id: string;
  /** Epoch milliseconds. */
  expiresAt: number;
  person?: SignedInPerson | undefined;
  /** The person chose "not you?", so the provider must show its account selection even if it has a session. */
  chooseAccount?: boolean | undefined;
}

export interface SignedInPerson {
  sub: string;
  upstream: string;
  name?: string | undefined;
  email?: string | undefined;
  /** What tells the provider who this is. Default: the email address. */
  loginHint?: string | undefined;
  groups: string[];
}

const cookie = '__Host-lk-page';
const lifeMs = 900_000;

const schema = v.object({
  id: v.string(),
  ringKid: v.string(),
  sealed: v.string(),
});

/** The content of the cookie. */
interface Sealed {
  expiresAt: number;
  chooseAccount?: boolean | undefined;
  /** Whether a row exists. Without one, a visitor causes no lookup. */
  isSignedIn: boolean;
  /** The provider's hint, if it is not the email address. */
  loginHint?: string | undefined;
}

const context = (id: string) => ({ purpose: 'page', id: `session:${id}` }) as const;

/** The hash of a page session's ID. The store holds only this hash, because the ID itself opens the person's pages. */
export const pageSessionHash = ({ id }: Pick<PageSession, 'id'>): string => sha256(`page:${id}`);

/** Returns the browser's page session, or a new one that nobody has signed in to. */
export async function readPageSession(
  { ring, store, now }: Pick<Deps, 'ring' | 'store' | 'now'>,
  c: BrokerContext,
): Promise<PageSession> {
  const fresh = newPageSession(now());
  const parts = (getCookie(c, cookie) ?? '').split('.');
  const parsed = v.safeParse(schema, {
    id: parts[0],
    ringKid: parts[1] && Buffer.from(parts[1], 'base64url').toString(),
    sealed: parts[2],
  });
  if (!parsed.success || !ring.all.some(({ kid }) => kid === parsed.output.ringKid)) return fresh;
  const opened = open(ring, context(parsed.output.id), parsed.output);
  if (opened === undefined) return fresh;
  const { id } = parsed.output;
  // Only writePageSession seals this content.
  const { expiresAt, chooseAccount, isSignedIn, loginHint } = JSON.parse(opened) as Sealed;
  if (expiresAt <= now()) return fresh;
  const found = isSignedIn ? await store.getPageSession(pageSessionHash({ id }), now()) : undefined;
  // An ended page session still belongs to the same browser, which may finish what it has begun.
  if (!found) return { id, expiresAt, chooseAccount };
  const { sub, upstream, groups } = found.session;
  const person = { sub, upstream, groups, ...found.person, loginHint: loginHint ?? found.person.email };
  return { id, expiresAt, chooseAccount, person };
}

export const newPageSession = (now: number): PageSession => ({
  id: randomBytes(16).toString('base64url'),
  expiresAt: now + lifeMs,
});

export function writePageSession(
  { ring, now }: Pick<Deps, 'ring' | 'now'>,
  c: BrokerContext,
  session: PageSession,
): void {
  const { expiresAt, chooseAccount, person } = session;
  const loginHint = person?.loginHint === person?.email ? undefined : person?.loginHint;
  const says: Sealed = { expiresAt, chooseAccount, isSignedIn: person !== undefined, loginHint };
  const { sealed, ringKid } = seal(ring, context(session.id), JSON.stringify(says));
  setCookie(c, cookie, `${session.id}.${Buffer.from(ringKid).toString('base64url')}.${sealed}`, {
    httpOnly: true,
    secure: true,
    // The provider's redirect to /callback is cross-site.
    sameSite: 'Lax',
    path: '/',
    maxAge: Math.max(0, Math.floor((expiresAt - now()) / 1_000)),
  });
}

export const csrfToken = ({ ring }: Pick<Deps, 'ring'>, session: PageSession): string =>
  keyedDigest(ring.current.key, 'csrf', session.id).toString('base64url');

/** Whether a form was made for this browser (ASVS 3.5.1). */
export const hasCsrf = ({ ring }: Pick<Deps, 'ring'>, session: PageSession, token: string | undefined): boolean =>
  token !== undefined && macMatches(ring, 'csrf', session.id, token);

/**
 * Requires the CSRF token of this browser's page session.
 *
 * @throws {OAuthError} `invalid_request` if the form was not made for this browser
 */
export function requireCsrf(deps: Pick<Deps, 'ring'>, session: PageSession, token: string | undefined): void {
  if (!hasCsrf(deps, session, token)) throw staleForm();
}

/** The error for a form that has expired, or that another browser was given. */
export const staleForm = (): OAuthError =>
  new OAuthError('invalid_request', 'this form has expired or belongs to a different browser; reload the page', {
    status: 403,
  });
