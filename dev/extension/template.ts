import type { BakedConfig } from '../../extension/platform/baked-config.ts';

/** What the extension in this package is built for. {@link adapt} puts the real broker and sites in its place. */
export const placeholders: BakedConfig = {
  broker: 'https://broker.latchkey-dev.invalid',
  sites: ['https://site.latchkey-dev.invalid'],
};

/**
 * A script of the extension, for this broker and these sites.
 *
 * @param script a script that was built for {@link placeholders}
 */
export function adapt(script: string, { broker, sites }: BakedConfig): string {
  const [site = ''] = placeholders.sites;
  return script
    .replaceAll(literal(placeholders.broker), () => JSON.stringify(broker))
    .replaceAll(literal(site), () => sites.map((each) => JSON.stringify(each)).join(','));
}

/** The text as a string of a script. Minifiers choose the quotes. */
const literal = (text: string): RegExp => new RegExp(`(["'\`])${text.replaceAll('.', '\\.')}\\1`, 'g');
