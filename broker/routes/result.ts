import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';
import { codePage } from '../web/device/show-code-page.ts';
import { showDeviceQuestion } from '../web/device/show-device-question.ts';
import { showNativeQuestion } from '../web/native/show-native-question.ts';
import { findResult } from '../web/page-result.ts';
import { csrfToken, readPageSession } from '../web/page-session.ts';
import { showMessage } from '../web/show-message.ts';
import { showRefusal } from '../web/show-refusal.ts';

/** `GET /result` shows what a sign-in on the pages led to, as often as it is asked, and as things stand now. */
export function showResult(deps: Deps) {
  return async (c: BrokerContext) => {
    const page = await readPageSession(deps, c);
    const { of } = c.req.query();
    const found = await findResult(deps, page, of);
    if (!found || of === undefined) return showMessage(c, 'gone');
    const { result } = found;
    switch (result.type) {
      case 'refused':
        return showRefusal(c, result.view);
      case 'message':
        return showMessage(c, result.name);
      case 'path':
        return c.redirect(result.path, 303);
      case 'wrong_code': {
        const account = page.person?.email ?? page.person?.name;
        return codePage(c, { csrf: csrfToken(deps, page), account, userCode: result.userCode, fault: 'wrong' }, 400);
      }
      case 'device':
        return showDeviceQuestion(deps, c, page, { ticket: of, ...result });
      case 'native':
        return result.decided ? showMessage(c, result.decided) : showNativeQuestion(deps, c, page, of, result.request);
    }
  };
}
