import type { PageMethod, PageRequest, PageResults } from '@latchkey/shared/page-protocol.ts';
import type { Profile } from '../profiles/profile.ts';
import type { PageSender } from './sender.ts';

/** A page's request, in the form that handlers get. */
export interface PageCall {
  sender: PageSender;
  /** Joins what the broker is asked for this request, see `newTrace`. The page doesn't choose it. */
  trace: string;
  /** Whether the user has just clicked or typed in the page. The bridge gets this from the browser. */
  activated: boolean;
  /**
   * Consumes the click behind the request to open a window. One click opens one window, no matter how many requests it
   * triggered.
   *
   * @returns whether the click was still unused
   */
  takeClick(): boolean;
  /** Whether the requesting document still exists. */
  alive(): boolean;
  /**
   * The site's account. The page gets the answer only if the site still has the last account that was read here, with
   * the same access. This prevents leaks about other accounts. A handler that changes the account or the access must
   * read it again afterwards.
   */
  profile(): Promise<Profile>;
}

/** Methods with handlers. The port handles polling and cancellation itself. */
export type WorkMethod = Exclude<PageMethod, 'request.poll' | 'request.cancel'>;
export type PageParams<M extends PageMethod> = Extract<PageRequest, { m: M }>['p'];
export type PageHandlers = { [M in WorkMethod]: (params: PageParams<M>, call: PageCall) => Promise<PageResults[M]> };
