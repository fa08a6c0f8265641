/** @jsxImportSource react */
import { lazy, type ReactNode, Suspense } from 'react';
import { load } from '../frameworks/load.ts';
import { useShared } from './context.ts';
import type { PromptDetails } from './prompt.tsx';

export interface PromptProps {
  className?: string | undefined;
}

const Lazy = lazy(() => load(() => import('./prompt.tsx')));

/** The prompt of a state. Renders nothing until it is loaded. */
export function Prompt(asked: Omit<PromptDetails, 'shared'>): ReactNode {
  const shared = useShared();
  return (
    <Suspense>
      <Lazy {...asked} shared={shared} />
    </Suspense>
  );
}

/** Says that the extension is missing, with a link to `installUrl` of the provider. */
export const InstallPrompt = (props: PromptProps): ReactNode => <Prompt {...props} state="not_installed" />;

/** A button that opens the sign-in window. */
export const SignInPrompt = (props: PromptProps): ReactNode => <Prompt {...props} state="signed_out" />;

/** A button that asks the person to grant this site the provider's access. */
export const ConnectPrompt = (props: PromptProps): ReactNode => <Prompt {...props} state="not_connected" />;
