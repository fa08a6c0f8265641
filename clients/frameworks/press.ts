import type { State, Store, Wanted } from './store.ts';

/**
 * Does what the button of a state's prompt says.
 *
 * @param wanted what to ask the person for. Default: the app's resource and scopes
 */
export const press = ({ actions, request }: Store, state: State, wanted?: Wanted): Promise<void> => {
  if (state === 'signed_out') return actions.signIn();
  return state === 'failed' ? actions.retry() : request(wanted);
};
