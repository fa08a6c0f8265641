import { setTimeout as sleep } from 'node:timers/promises';
import type { Deps } from '../deps.ts';
import { sha256 } from '../keys/hash.ts';
import type { NativeRequest } from '../oauth/authorization-request.ts';
import { type PageSession, pageSessionHash } from './page-session.ts';
import type { MessageName } from './pages/message-page.ts';
import type { RefusedSignIn } from './pages/refused-page.ts';

/**
 * What a return from the provider led to. It is kept for as long as a page session lasts, so that its page can be shown
 * again: after a reload, after Back, and if the browser opens the callback twice.
 */
export type PageResult =
  | { type: 'message'; name: MessageName }
  /** The provider didn't sign the person in. */
  | { type: 'refused'; view: RefusedSignIn }
  | { type: 'wrong_code'; userCode: string }
  /** The person is asked about a device. The device's request says whether they have answered. */
  | { type: 'device'; deviceCodeHash: string; userCode: string }
  /** The person is asked about a native client. */
  | { type: 'native'; request: NativeRequest; decided?: 'allowed' | 'denied' }
  /** Another page of the broker. */
  | { type: 'path'; path: string };

/** The person that a result belongs to, and the page sessions before and after the sign-in. */
interface Owner {
  pages: PageSession[];
  sub: string | undefined;
}

interface Kept {
  pages: string[];
  sub: string | undefined;
  result: PageResult;
}

const lifeMs = 900_000;
/** Together two seconds, far longer than an answer usually takes to be stored. */
const answerLooks = 20;
const answerLookMs = 100;
const idOf = (state: string): string => sha256(`result:${state}`);
const rowOf = (state: string, now: Deps['now']) =>
  ({ id: idOf(state), kind: 'result', expiresAt: now() + lifeMs }) as const;

/** Where the result of a sign-in is shown. */
export const resultUrl = (state: string): string => `/result?of=${encodeURIComponent(state)}`;

/** Keeps the result of the sign-in that began with `state`, in place of an earlier one. */
export async function keepResult(
  { store, now }: Pick<Deps, 'store' | 'now'>,
  state: string,
  { pages, sub }: Owner,
  result: PageResult,
): Promise<void> {
  const data: Kept = { pages: pages.map(pageSessionHash), sub, result };
  await store.changeTransaction(rowOf(state, now), now(), () => ({ ...data }));
}

/**
 * Answers a question about a native client. Only the first answer counts, even if two arrive at once.
 *
 * @returns the answer that counts, or `undefined` if the question is too old
 */
export async function decideNative(
  deps: Pick<Deps, 'store' | 'now'>,
  state: string,
  decision: 'allowed' | 'denied',
): Promise<'allowed' | 'denied' | undefined> {
  const kept = await rewrite(deps, state, ({ result, ...owner }) =>
    result.type === 'native' ? { ...owner, result: { ...result, decided: result.decided ?? decision } } : undefined,
  );
  return kept?.result.type === 'native' ? kept.result.decided : undefined;
}

/** A result that may be shown, and whether it is this browser that has seen it before. */
export interface FoundResult {
  result: PageResult;
  isSameBrowser: boolean;
}

/**
 * Finds a result that this browser may see: it began or finished that sign-in, or the same person is signed in. A
 * question is for that person only.
 */
export async function findResult(
  { store, now }: Pick<Deps, 'store' | 'now'>,
  page: PageSession,
  state: string | undefined,
): Promise<FoundResult | undefined> {
  const data = state === undefined ? undefined : await store.readTransaction(idOf(state), 'result', now());
  if (!data) return undefined;
  // The row was written by keepResult in this shape.
  const { pages, sub, result } = data as unknown as Kept;
  const isSamePerson = page.person !== undefined && page.person.sub === sub;
  const isSameBrowser = pages.includes(pageSessionHash(page));
  const isQuestion = result.type === 'device' || result.type === 'native';
  return isSamePerson || (isSameBrowser && !isQuestion) ? { result, isSameBrowser } : undefined;
}

/**
 * Whether the question at this address has been answered. It tells a form that was sent again, after its browser went on to
 * another page session, from one whose sign-in has expired. After a double click, the first answer may still be on its way
 * into the store, so this waits a moment for it. Count the request first: anyone can send it.
 */
export async function isAnswered(deps: Pick<Deps, 'store' | 'now'>, state: string): Promise<boolean> {
  for (let look = 0; look < answerLooks; look += 1) {
    const answered = await lookForAnswer(deps, state);
    if (answered !== 'pending') return answered;
    await sleep(answerLookMs);
  }
  return false;
}

async function lookForAnswer({ store, now }: Pick<Deps, 'store' | 'now'>, state: string): Promise<boolean | 'pending'> {
  const data = await store.readTransaction(idOf(state), 'result', now());
  if (!data) return false;
  // The row was written by keepResult in this shape.
  const { result } = data as unknown as Kept;
  if (result.type === 'native') return result.decided !== undefined || 'pending';
  if (result.type !== 'device') return true;
  const grant = await store.getDeviceGrant(result.deviceCodeHash);
  return grant?.state !== 'pending' || 'pending';
}

/**
 * Has the result follow its browser to the page session of another sign-in, and keeps it as long again: the person may answer
 * until that sign-in is over.
 */
export async function followBrowser(
  deps: Pick<Deps, 'store' | 'now'>,
  state: string,
  page: PageSession,
): Promise<void> {
  if (!(await findResult(deps, page, state))) return;
  await rewrite(deps, state, ({ result }) => ({ pages: [pageSessionHash(page)], sub: page.person?.sub, result }));
}

/** Changes what is kept. Whoever reads it meanwhile, as after a double click, finds the state before or after. */
async function rewrite(
  { store, now }: Pick<Deps, 'store' | 'now'>,
  state: string,
  change: (kept: Kept) => Kept | undefined,
): Promise<Kept | undefined> {
  const changed = await store.changeTransaction(rowOf(state, now), now(), (data) => {
    if (!data) return undefined;
    // The row was written by keepResult in this shape.
    const kept = data as unknown as Kept;
    return { ...(change(kept) ?? kept) };
  });
  return changed as Kept | undefined;
}
