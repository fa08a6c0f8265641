import { exactOrigin, isWebUrl } from '@latchkey/shared/origin.ts';
import * as v from 'valibot';

const url = v.pipe(v.string(), v.check(isWebUrl));

/** A value that doesn't match the schema counts as absent, so that one mistake doesn't disable the other keys. */
const lenient = <S extends v.GenericSchema>(schema: S) => v.fallback(v.optional(schema), undefined);

const schema = v.object({
  broker_url: lenient(url),
  provider: lenient(v.pipe(v.string(), v.maxLength(64))),
  // Denials apply as far as they can be read.
  denied_sites: v.fallback(
    v.optional(
      v.pipe(
        v.array(v.unknown()),
        v.transform((sites) => sites.filter((site) => typeof site === 'string')),
      ),
      [],
    ),
    [],
  ),
  private_windows: v.fallback(v.optional(v.picklist(['refuse', 'allow']), 'refuse'), 'refuse'),
  // An unreadable value may have been meant as a denial, so take the strict one.
  accounts: v.fallback(v.optional(v.picklist(['one', 'many']), 'many'), 'one'),
  sign_in_at_start: v.fallback(v.optional(v.boolean(), false), false),
});

/** The organization's policy. It configures and denies; it never grants. */
export type ManagedPolicy = v.InferOutput<typeof schema>;

/**
 * Reads the policy once per start of the background, because Firefox doesn't tell when it changes.
 *
 * @param read the browser's reader; it must not throw if there is no policy
 */
export function createManagedPolicy(read: () => Promise<Record<string, unknown>>): () => Promise<ManagedPolicy> {
  let known: Promise<ManagedPolicy> | undefined;
  return () => {
    known ??= read().then((policy) => v.parse(schema, policy));
    return known;
  };
}

/** Keys of a policy that have no effect: unknown ones, and those whose value doesn't match the schema. */
export const ignoredKeys = (policy: Record<string, unknown>, read: ManagedPolicy): string[] =>
  Object.entries(policy)
    .filter(([key, value]) => JSON.stringify((read as Record<string, unknown>)[key]) !== JSON.stringify(value))
    .map(([key]) => key);

/**
 * Whether the policy denies an origin. An entry that isn't an exact origin denies nothing. A pattern would only look as
 * if it worked.
 */
export const isDenied = ({ denied_sites: denied }: ManagedPolicy, origin: string): boolean =>
  denied.some((site) => exactOrigin(site) === origin);
