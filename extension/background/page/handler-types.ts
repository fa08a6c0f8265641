import type { PageMethod, PageRequest, PageResults } from '@latchkey/shared/page-protocol.ts';
import type { Profile } from '../profiles/profile.ts';
import type { PageSender } from './sender.ts';

/** A page's request, as handlers see it. */
export interface PageCall {
  sender: PageSender;
  /** The user has just clicked or typed in the page. The bridge reads it from the browser. */
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
   * The site's account. The answer reaches the page only if the site still has the account that was read last, with the
   * same access; so nothing about another account gets out. A handler that changes the account or the access must read
   * it again afterwards.
   */
  profile(): Promise<Profile>;
}

/** Methods with handlers. The port does polling and canceling itself. */
export type WorkMethod = Exclude<PageMethod, 'request.poll' | 'request.cancel'>;
export type PageParams<M extends PageMethod> = Extract<PageRequest, { m: M }>['p'];
export type PageHandlers = { [M in WorkMethod]: (params: PageParams<M>, call: PageCall) => Promise<PageResults[M]> };
