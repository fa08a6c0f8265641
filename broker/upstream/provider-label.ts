import type { Config, UpstreamConfig } from '../config/types.ts';

/** A provider's name for people: `upstreams.*.name`, or else its key in the configuration. */
export const labelOf = ({ label, name }: Pick<UpstreamConfig, 'label' | 'name'>): string => label ?? name;

/** The name for people of a provider that may not be configured anymore. */
export function providerLabel({ config }: { config: Pick<Config, 'upstreams'> }, name: string): string {
  const upstream = config.upstreams.get(name);
  return upstream ? labelOf(upstream) : name;
}
