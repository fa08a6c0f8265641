import type { AllowedComponentProps, ComponentCustomProps, VNodeProps } from 'vue';

/**
 * The type of a component as its users see it. `DefineComponent` names types that differ between minor versions of Vue;
 * this is what templates, `h` and editors read of it.
 */
export type Part<Props = unknown, Slots = unknown> = new () => {
  $props: Props & VNodeProps & AllowedComponentProps & ComponentCustomProps;
  $slots: Slots;
};
