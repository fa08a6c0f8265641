import { exactOrigin, isWebUrl } from '@latchkey/shared/origin.ts';
import type { Clock } from '@latchkey/shared/time.ts';
import * as v from 'valibot';

const url = v.pipe(v.string(), v.check(isWebUrl));

/** A value that doesn't match the schema counts as absent, so that one mistake doesn't disable the other keys. */
const lenient = <S extends v.GenericSchema>(schema: S) => v.fallback(v.optional(schema), undefined);

const schema = v.object({
  broker_url: lenient(url),
  provider: lenient(v.pipe(v.string(), v.maxLength(64))),
  // Apply every denial that can be parsed.
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
  // An invalid value may have been meant as a denial, so use the strict default.
  accounts: v.fallback(v.optional(v.picklist(['one', 'many']), 'many'), 'one'),
  sign_in_at_start: v.fallback(v.optional(v.boolean(), false), false),
});

/** The organization's policy. It configures and denies; it never grants. */
export type ManagedPolicy = v.InferOutput<typeof schema>;

/** Parses the valid parts of a policy. A policy that isn't an object may have been meant as a denial. */
const parse = (policy: unknown): ManagedPolicy => {
  const parsed = v.safeParse(schema, policy);
  return parsed.success ? parsed.output : v.parse(schema, { accounts: null });
};

/** Maximum age of the policy. Firefox sends no change event, and a background in constant use never restarts. */
const maxAgeMs = 30_000;

export interface ManagedPolicyDeps {
  now: Clock;
  /** The policy has changed. */
  changed(before: ManagedPolicy, after: ManagedPolicy): void;
}

export interface ManagedPolicyReader {
  /** The policy, at most 30 s old. */
  (): Promise<ManagedPolicy>;
  /** Reads the policy now, because the browser reported a change. */
  reread(): Promise<ManagedPolicy>;
}

/**
 * Rereads the policy periodically. If that fails, the last one stays in effect.
 *
 * @param read the browser's reader
 * @param deps without it, reads the policy once
 */
export function createManagedPolicy(
  read: () => Promise<unknown>,
  { now, changed }: ManagedPolicyDeps = { now: () => 0, changed: () => undefined },
): ManagedPolicyReader {
  let known: ManagedPolicy | undefined;
  let readAt = 0;
  let reading: Promise<ManagedPolicy> | undefined;

  const fresh = async (): Promise<ManagedPolicy> => {
    const before = known;
    const after = await read().then(parse, () => before ?? parse(undefined));
    readAt = now();
    known = after;
    if (before && JSON.stringify(before) !== JSON.stringify(after)) changed(before, after);
    return after;
  };
  const reread = (): Promise<ManagedPolicy> => {
    reading ??= fresh().finally(() => {
      reading = undefined;
    });
    return reading;
  };
  const current = async (): Promise<ManagedPolicy> => (known && Math.abs(now() - readAt) < maxAgeMs ? known : reread());
  return Object.assign(current, { reread });
}

/** Keys of a policy that have no effect: unknown ones, and those whose value doesn't match the schema. */
export const ignoredKeys = (policy: Record<string, unknown>, read: ManagedPolicy): string[] =>
  Object.entries(policy)
    .filter(([key, value]) => JSON.stringify((read as Record<string, unknown>)[key]) !== JSON.stringify(value))
    .map(([key]) => key);

/**
 * Whether the policy denies an origin. An entry that isn't an exact origin, such as a pattern, denies nothing.
 */
export const isDenied = ({ denied_sites: denied }: Pick<ManagedPolicy, 'denied_sites'>, origin: string): boolean =>
  denied.some((site) => exactOrigin(site) === origin);
