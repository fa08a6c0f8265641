import type { UpstreamConfig } from '../config/types.ts';

/** A provider's name for people: `upstreams.*.name`, or else its key in the configuration. */
export const labelOf = ({ label, name }: Pick<UpstreamConfig, 'label' | 'name'>): string => label ?? name;
