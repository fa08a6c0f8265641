/**
 * Hashes of services' secrets, as the configuration holds them: `sha256:<hash>` of a random secret of 256
 * bits, for which a fast hash is enough, or `scrypt:<log2 N>:<r>:<p>:<salt>:<hash>` of any other. base64url.
 */
export const secretHashForm =
  /^(?:sha256:[\w-]{43}|scrypt:(?:1[4-7]):(?:[1-9]|1[0-6]):[1-4]:[\w-]{22,86}:[\w-]{43,86})$/;
