import type { BrokerContext } from '../../env.ts';
import { type CodePage, deviceCodePage } from '../pages/device-code-page.ts';

/** Responds with the code entry page. */
export function codePage(c: BrokerContext, view: CodePage, status: 200 | 400 = 200) {
  c.set('hasScript', true);
  return c.html(deviceCodePage(c.get('language'), view), status);
}
