/** @jsxImportSource react */
import { lazy, type ReactNode, Suspense } from 'react';
import type { Wanted } from '../frameworks/store.ts';
import { useShared } from './context.ts';
import type { PromptDetails } from './prompt.tsx';

export interface PromptProps {
  className?: string | undefined;
}

interface Asked extends PromptProps, Pick<PromptDetails, 'state'> {
  wanted?: Wanted;
}

const Lazy = lazy(() => import('./prompt.tsx'));

/** The prompt of a state. Renders nothing until it is loaded. */
export function Prompt({ state, wanted, className }: Asked): ReactNode {
  const { store, snapshot, language, installUrl } = useShared();
  const press = () => store.press(state, wanted);
  const details = { state, error: snapshot.error, language, installUrl, className, press };
  return (
    <Suspense>
      <Lazy {...details} />
    </Suspense>
  );
}

/** Says that the extension is missing, with a link to `installUrl` of the provider. */
export const InstallPrompt = (props: PromptProps): ReactNode => <Prompt {...props} state="not_installed" />;

/** A button that opens the sign-in window. */
export const SignInPrompt = (props: PromptProps): ReactNode => <Prompt {...props} state="signed_out" />;

/** A button that asks the person to grant this site the provider's access. */
export const ConnectPrompt = (props: PromptProps): ReactNode => <Prompt {...props} state="not_connected" />;
