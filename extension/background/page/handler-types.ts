import type { PageMethod, PageRequest, PageResults } from '@latchkey/shared/page-protocol.ts';
import type { Profile } from '../profiles/profile.ts';
import type { PageSender } from './sender.ts';

/** One request of a page, as far as a handler may know it. */
export interface PageCall {
  sender: PageSender;
  /** The person has just clicked or typed in the page, as the bridge read it. */
  activated: boolean;
  /**
   * Uses up the click with which the page asked, to open a window: one click opens one window, however many requests
   * came with it.
   *
   * @returns whether it was still unused
   */
  takeClick(): boolean;
  /** Whether the document that asked is still there. */
  alive(): boolean;
  /**
   * The account that the site has now. The answer is delivered only while it still has the one that was asked for
   * last, with the access of then: whatever a handler finds out about another one goes nowhere. A handler that changes
   * either itself asks again after it.
   */
  profile(): Promise<Profile>;
}

/** Methods that do work; polling and canceling are the port's own. */
export type WorkMethod = Exclude<PageMethod, 'request.poll' | 'request.cancel'>;
export type PageParams<M extends PageMethod> = Extract<PageRequest, { m: M }>['p'];
export type PageHandlers = { [M in WorkMethod]: (params: PageParams<M>, call: PageCall) => Promise<PageResults[M]> };
