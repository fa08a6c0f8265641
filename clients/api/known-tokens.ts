import { createBoundedMap } from '@latchkey/shared/bounded-map.ts';
import { type Clock, toSeconds } from '@latchkey/shared/time.ts';
import type { Claims } from './claims.ts';
import type { KeySet } from './key-set.ts';
import type { VerificationKey } from './load-keys.ts';
import { findNodeCrypto } from './node-crypto.ts';
import { acceptToken, type TokenRules } from './verify-token.ts';

/** With 2 kB each, 20 MB. */
const maxTokens = 10_000;

interface Known {
  claims: Claims;
  /** While the issuer's key set has this very key, nothing about the key has changed. */
  key: VerificationKey;
  /** By the wall clock. */
  verifiedAt: number;
}

/** Verifies tokens without waiting, and remembers those that are valid: by their hash, never themselves. */
export interface KnownTokens {
  /** @returns the claims of a valid token, or `undefined` if that can't be told here */
  recall(token: string): Claims | undefined;
  clear(): void;
}

/**
 * Creates the memory of a verifier: at most 10,000 tokens, each until its `exp`, or until its key is loaded again or
 * dropped.
 *
 * @returns a memory that knows nothing in runtimes without `node:crypto`
 */
export function createKnownTokens(rules: Omit<TokenRules, 'now'> & { keys: KeySet; now: Clock }): KnownTokens {
  const node = findNodeCrypto();
  const tokens = createBoundedMap<Known>(maxTokens);
  if (!node) return { recall: () => undefined, clear() {} };

  return {
    recall(token) {
      const name = node.hash('sha256', token, 'base64');
      const now = rules.now();
      const known = tokens.get(name);
      if (known && isValid(known, now)) return copyOf(known.claims);
      const accepted = acceptToken(token, { ...rules, now });
      if (!accepted) return undefined;
      for (const value of Object.values(accepted.claims)) freeze(value);
      tokens.set(name, { ...accepted, verifiedAt: now });
      return copyOf(accepted.claims);
    },
    clear: () => tokens.clear(),
  };

  /** If the clock was set back, times are checked again. */
  function isValid({ claims, key, verifiedAt }: Known, now: number): boolean {
    return now >= verifiedAt && toSeconds(now) < claims.exp && rules.keys.peek(key.kid) === key;
  }
}

/** Callers may change their claims, but not those of the next request. What is inside is frozen. */
const copyOf = (claims: Claims): Claims => ({ ...claims });

function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  for (const inner of Object.values(value)) freeze(inner);
  Object.freeze(value);
}
