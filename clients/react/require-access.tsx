/** @jsxImportSource react */
import { Fragment, type ReactNode } from 'react';
import { lacking, type State, type Wanted } from '../frameworks/store.ts';
import { useShared } from './context.ts';
import { Prompt } from './prompts.tsx';

export interface RequireAccessProps extends Wanted {
  /** What to show instead of the ready-made prompt, by state. `loading` shows nothing by default. */
  instead?: Partial<Record<Exclude<State, 'ready'>, ReactNode>> | undefined;
  children?: ReactNode;
}

/**
 * Renders its children while this site has the access that they need. Until then, it asks the person for what is missing:
 * to install the extension, to sign in, or to connect this site.
 *
 * When another account is chosen, the children start anew, so that nothing of the last account stays on the page. This
 * decides what is shown. What a person may do is decided by the API.
 *
 * @throws {Error} outside of a `LatchkeyProvider`
 * @example
 * <RequireAccess instead={{ loading: <Spinner /> }}>
 *   <Orders />
 * </RequireAccess>
 */
export function RequireAccess({ children, instead, ...wanted }: RequireAccessProps): ReactNode {
  const { store, snapshot } = useShared();
  const state = lacking(snapshot, { ...store.defaults, ...wanted });
  if (state === undefined) return <Fragment key={snapshot.account?.sub}>{children}</Fragment>;
  if (instead?.[state] !== undefined) return instead[state];
  return state === 'loading' ? null : <Prompt state={state} wanted={wanted} />;
}
