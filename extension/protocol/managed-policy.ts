import { exactOrigin, isWebUrl } from '@latchkey/shared/origin.ts';
import * as v from 'valibot';

const url = v.pipe(v.string(), v.check(isWebUrl));

/** A value of the policy that is not as the schema says counts as absent: a slip in one doesn't undo the others. */
const lenient = <S extends v.GenericSchema>(schema: S) => v.fallback(v.optional(schema), undefined);

const schema = v.object({
  broker_url: lenient(url),
  provider: lenient(v.pipe(v.string(), v.maxLength(64))),
  // What denies is taken as far as it can be read.
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
  // What can't be read may have been meant to deny.
  accounts: v.fallback(v.optional(v.picklist(['one', 'many']), 'many'), 'one'),
  sign_in_at_start: v.fallback(v.optional(v.boolean(), false), false),
});

/** The organization's policy: it configures and denies, and never grants. */
export type ManagedPolicy = v.InferOutput<typeof schema>;

/**
 * Reads the policy once at each start of the background: Firefox tells nobody when it changes.
 *
 * @param read the browser's own reader; it must not throw where there is no policy
 */
export function createManagedPolicy(read: () => Promise<Record<string, unknown>>): () => Promise<ManagedPolicy> {
  let known: Promise<ManagedPolicy> | undefined;
  return () => {
    known ??= read().then((policy) => v.parse(schema, policy));
    return known;
  };
}

/** Keys of a policy that say nothing: unknown ones, and those whose value is not as the schema says. */
export const ignoredKeys = (policy: Record<string, unknown>, read: ManagedPolicy): string[] =>
  Object.entries(policy)
    .filter(([key, value]) => JSON.stringify((read as Record<string, unknown>)[key]) !== JSON.stringify(value))
    .map(([key]) => key);

/** Whether the policy denies an origin. An entry that is no exact origin denies nothing: patterns would look as if they worked. */
export const isDenied = ({ denied_sites: denied }: ManagedPolicy, origin: string): boolean =>
  denied.some((site) => exactOrigin(site) === origin);
