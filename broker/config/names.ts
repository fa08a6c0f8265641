import * as v from 'valibot';

/** A name or description, in the language that people get who speak none of the configured ones. */
export interface Named {
  name: string;
  /** All languages, by BCP 47 tag. Absent if there is one text for everybody. */
  names?: Readonly<Record<string, string>> | undefined;
}

const languageTag = v.pipe(
  v.string(),
  v.regex(/^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}$/, 'must be a language tag, such as en or pt-BR'),
);

/** One text for everybody, or one for each language. */
export const perLanguage = <Text extends v.GenericSchema<string>>(text: Text) =>
  v.union(
    [
      text,
      v.pipe(
        v.record(languageTag, text),
        v.check((texts) => Object.keys(texts).length > 0, 'must have a text in one language at least'),
        v.check(
          (texts) => new Set(Object.keys(texts).map((tag) => tag.toLowerCase())).size === Object.keys(texts).length,
          'must have one text for each language: tags that differ only in case are the same language',
        ),
      ),
    ],
    'must be text, or a text for each language, such as { en: Orders API, de: Bestellungen }',
  );

/** What of the configuration people read: English, if there is English, or else the first language. */
export function namedBy(texts: string | Readonly<Record<string, string>>): Named {
  if (typeof texts === 'string') return { name: texts };
  const [first = ''] = Object.values(texts);
  return { name: texts.en ?? first, names: texts };
}

/**
 * The name in the language that a person prefers.
 *
 * @param wishes language tags in order of preference. `de-AT` also takes `de`
 */
export function nameIn({ name, names }: Named, wishes: readonly string[]): string {
  if (!names) return name;
  const tags = wishes.map((wish) => wish.toLowerCase()).flatMap((tag) => [tag, tag.split('-')[0]]);
  const texts = new Map(Object.entries(names).map(([tag, text]) => [tag.toLowerCase(), text]));
  return tags.map((tag) => texts.get(tag ?? '')).find((text) => text !== undefined) ?? name;
}

/** The name of a sign-in: the one that the person gave it, or the client's name in the person's language. */
export function signInName(own: string | undefined, client: Named | undefined): string | undefined {
  const isConfigured = own !== undefined && client?.names !== undefined && Object.values(client.names).includes(own);
  return own === undefined || isConfigured ? client?.name : own;
}
