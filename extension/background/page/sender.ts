import { LatchkeyError } from '@latchkey/shared/errors.ts';
import { exactOrigin } from '@latchkey/shared/origin.ts';

/** What the browser stamps on a port; nothing in it comes from a message. */
export interface PortSender {
  id?: string | undefined;
  origin?: string | undefined;
  url?: string | undefined;
  frameId?: number | undefined;
  documentId?: string | undefined;
  documentLifecycle?: string | undefined;
  tab?: { id?: number | undefined; incognito: boolean; cookieStoreId?: string | undefined } | undefined;
}

/** Who asks: a document in the top frame of a tab. */
export interface PageSender {
  origin: string;
  tabId: number;
  /** Names the document where the browser does (Chrome 106, Firefox 153), else tab and origin: the live port tells the rest. */
  document: string;
  /** Where neither the account's cookies nor its sign-in belong, unless the organization's policy says so. */
  partition?: 'private window' | 'container' | undefined;
}

export interface SenderRules {
  extensionId: string;
  /** A development build (its broker is on loopback) also serves `http:` pages on loopback. */
  development: boolean;
}

const refuse = (why: string): never => {
  throw new LatchkeyError({ code: 'policy_denied', message: `Latchkey does not serve this page: ${why}` });
};

/**
 * Reads who is at the other end of a page's port. `url` is deliberately not looked at: a sandboxed frame
 * has an https `url` and the origin `"null"`.
 *
 * @throws {LatchkeyError} `policy_denied` with the reason
 */
export function readPageSender(sender: PortSender | undefined, rules: SenderRules): PageSender {
  if (sender?.id !== rules.extensionId) return refuse('the port is not of this extension');
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
  // Firefox: sign-in and its cookies belong to the default container.
  return cookieStoreId === undefined || cookieStoreId === 'firefox-default' ? undefined : 'container';
}

/** Whether a port comes from a page of the extension itself: its popup or one of its windows. */
export function isOwnPage(sender: PortSender | undefined, own: { extensionId: string; origin: string }): boolean {
  return sender?.id === own.extensionId && sender.origin === own.origin;
}
