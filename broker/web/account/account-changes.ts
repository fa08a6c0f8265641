import type { Deps } from '../../deps.ts';
import { OAuthError } from '../../errors.ts';
import type { Form } from '../../oauth/form.ts';
import { endOwnSignIn } from '../../session/activity.ts';
import { letSiteAsk, takeBackSite } from '../../session/site-decisions.ts';
import type { SignedInPerson } from '../page-session.ts';

const maxNameLength = 60;

type Change = (deps: Deps, person: SignedInPerson, form: Form) => Promise<void>;

/**
 * The changes that a person can make to their own sign-ins, by the form's `action`. Another person's row is treated as
 * missing, and a row that is already gone is not an error: the next page shows the current state.
 */
export const changes: ReadonlyMap<string, Change> = new Map<string, Change>([
  ['end_browser', (deps, { sub }, { id = '' }) => endOwnSignIn(deps, sub, { of: 'browser', id })],
  ['end_device', (deps, { sub }, { id = '' }) => endOwnSignIn(deps, sub, { of: 'device', id })],
  [
    'rename_device',
    async ({ store, now }, { sub }, { id = '', name = '' }) => {
      const wanted = readName(name);
      if ((await store.getDeviceSession(id))?.sub !== sub) return;
      const renamed = { type: 'device.renamed', sub, detail: { device: id } };
      await store.renameDeviceSession(id, wanted, { at: now(), audit: [renamed] });
    },
  ],
  ['end_site', (deps, { sub }, { origin = '' }) => takeBackSite(deps, sub, { origin })],
  ['let_site_ask', (deps, { sub }, { origin = '' }) => letSiteAsk(deps, sub, origin)],
]);

function readName(text: string): string {
  const name = text.replaceAll(/\p{C}/gu, ' ').replaceAll(/\s+/g, ' ').trim();
  if (name === '') throw new OAuthError('invalid_request', 'a device needs a name');
  if (name.length > maxNameLength) {
    throw new OAuthError('invalid_request', `a name can have at most ${maxNameLength} characters`);
  }
  return name;
}
