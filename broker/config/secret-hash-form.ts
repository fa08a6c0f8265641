/**
 * Format of service secret hashes in the configuration: `sha256:<hash>` for a random 256-bit secret, where a fast
 * hash is sufficient, or `scrypt:<log2 N>:<r>:<p>:<salt>:<hash>` for any other secret. Values are base64url.
 */
export const secretHashForm =
  /^(?:sha256:[\w-]{43}|scrypt:(?:1[4-7]):(?:[1-9]|1[0-6]):[1-4]:[\w-]{22,86}:[\w-]{43,86})$/;
