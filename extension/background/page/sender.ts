import type { LatchkeyError } from '@latchkey/shared/errors.ts';
import { exactOrigin } from '@latchkey/shared/origin.ts';
import { busy, policyDenied } from '../errors.ts';

/** The browser's own data about the other end of a port. None of it comes from a message. */
export interface PortSender {
  id?: string | undefined;
  origin?: string | undefined;
  url?: string | undefined;
  frameId?: number | undefined;
  documentId?: string | undefined;
  documentLifecycle?: string | undefined;
  tab?: { id?: number | undefined; incognito: boolean; cookieStoreId?: string | undefined } | undefined;
}

/** The requesting page: a document in the top frame of a tab. */
export interface PageSender {
  origin: string;
  tabId: number;
  /** ID of the document (Chrome 106, Firefox 153), else tab and origin. The open port tells documents apart. */
  document: string;
  /**
   * A separate cookie store. The account's cookies and sign-in aren't valid there, unless the organization's policy
   * allows it.
   */
  partition?: 'private window' | 'container' | undefined;
}

export interface SenderRules {
  extensionId: string;
  /** A development build (its broker is on loopback) also serves `http:` pages on loopback. */
  development: boolean;
}

const refuse = (why: string): never => {
  throw policyDenied(`Latchkey does not serve this page: ${why}`);
};

/** The bridge waits until a page is shown. An earlier port keeps its old sender, so the page must reconnect. */
const notShown = (): LatchkeyError => busy('not shown yet: ask again', 1_000);

/**
 * Identifies the other end of a page's port. It ignores `url`: a sandboxed frame has an https `url` and the origin
 * `"null"`.
 *
 * @throws {LatchkeyError} `policy_denied` with the reason, or `busy` while the page is prerendered
 */
export function readPageSender(sender: PortSender | undefined, rules: SenderRules): PageSender {
  if (sender?.id !== rules.extensionId) return refuse('the port is not of this extension');
  if (sender.documentLifecycle === 'prerender') throw notShown();
  if (sender.frameId !== 0) return refuse('it is not the top frame of its tab');
  const origin = exactOrigin(sender.origin);
  if (origin === undefined) return refuse('it has no secure origin of its own');
  if (!origin.startsWith('https:') && !rules.development) return refuse('http is for development builds');
  const tab = sender.tab;
  if (tab?.id === undefined) return refuse('it is in no tab');
  const partition = partitionOf(tab);
  const document = sender.documentId ?? `${tab.id} ${origin}`;
  return { origin, tabId: tab.id, document, ...(partition ? { partition } : {}) };
}

function partitionOf({ incognito, cookieStoreId }: NonNullable<PortSender['tab']>): PageSender['partition'] {
  if (incognito) return 'private window';
  // Firefox: the sign-in and its cookies are in the default container.
  return cookieStoreId === undefined || cookieStoreId === 'firefox-default' ? undefined : 'container';
}

/** Whether a port comes from one of the extension's own pages. */
export function isOwnPage(sender: PortSender | undefined, own: { extensionId: string; origin: string }): boolean {
  return sender?.id === own.extensionId && sender.origin === own.origin;
}
