import { defineComponent, Fragment, h, type VNode } from 'vue';
import { lacking, type State, type Wanted } from '../frameworks/store.ts';
import { useShared } from './context.ts';
import type { Part } from './part.ts';
import { Prompt } from './prompts.ts';

/** `default` is what needs the access. Each other slot is shown instead of the ready-made prompt of its state. */
export type RequireAccessSlots = { default?: () => VNode[] } & { [S in Exclude<State, 'ready'>]?: () => VNode[] };

/**
 * Renders its default slot while this site has the access that it needs. Until then, it asks the person for what is
 * missing: to install the extension, to sign in, or to connect this site. `loading` shows nothing by default.
 *
 * When another account is chosen, the slot starts anew, so that nothing of the last account stays on the page. This
 * decides what is shown. What a person may do is decided by the API.
 *
 * @throws {Error} in an app without the plugin
 * @example
 * <RequireAccess>
 *   <Orders />
 *   <template #loading><Spinner /></template>
 * </RequireAccess>
 */
export const RequireAccess: Part<Wanted, RequireAccessSlots> = defineComponent(
  (props: Wanted, { slots }: { slots: RequireAccessSlots }) => {
    const { store, snapshot } = useShared();
    return () => {
      const { resource = store.defaults.resource, scopes = store.defaults.scopes } = props;
      const wanted = { resource, scopes };
      const state = lacking(snapshot.value, wanted);
      if (state === undefined) return h(Fragment, { key: snapshot.value.account?.sub }, slots.default?.());
      const instead = slots[state];
      if (instead) return instead();
      return state === 'loading' ? null : h(Prompt, { state, wanted });
    };
  },
  { props: ['resource', 'scopes'], inheritAttrs: false },
) as unknown as Part<Wanted, RequireAccessSlots>;
