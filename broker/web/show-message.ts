import type { BrokerContext } from '../env.ts';
import { type MessageName, messagePage } from './pages/message-page.ts';

const statuses = {
  allowed: 200,
  denied: 200,
  reported: 200,
  signed_out: 200,
  signed_out_everywhere: 200,
  gone: 400,
  expired: 400,
  used: 400,
  not_allowed: 403,
  too_many: 429,
} as const satisfies Record<MessageName, number>;

/** Responds with the page of an end, and the status that belongs to it. */
export const showMessage = (c: BrokerContext, name: MessageName) =>
  c.html(messagePage(c.get('language'), name), statuses[name]);
