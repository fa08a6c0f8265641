import { defineAsyncComponent, defineComponent, h } from 'vue';
import { load } from '../frameworks/load.ts';
import { useShared } from './context.ts';
import type { Part } from './part.ts';
import type { PromptDetails } from './prompt.ts';

type Asked = Omit<PromptDetails, 'shared'>;

/** A `Suspense` around it doesn't wait for it: it is not what the page is about. */
const Lazy = defineAsyncComponent({ loader: () => load(() => import('./prompt.ts')), suspensible: false });

/** The prompt of a state. Renders nothing until it is loaded. */
export const Prompt = defineComponent(
  (asked: Asked) => {
    const shared = useShared();
    return () => h(Lazy, { ...asked, shared });
  },
  { props: ['state', 'wanted'] },
);

const promptOf = (state: Asked['state']): Part => defineComponent(() => () => h(Prompt, { state })) as unknown as Part;

/** Says that the extension is missing, with a link to `installUrl` of the plugin. */
export const InstallPrompt: Part = promptOf('not_installed');

/** A button that opens the sign-in window. */
export const SignInPrompt: Part = promptOf('signed_out');

/** A button that asks the person to grant this site the plugin's access. */
export const ConnectPrompt: Part = promptOf('not_connected');
