import { hasPassword } from './database-password.ts';
import type { Fault } from './fault.ts';

const reference = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;
const secretKeys = new Set(['client_secret', 'okta_events_secret']);
/** Placeholder values from examples. Rejected even when they come from the environment. */
const defaults = new Set(['secret', 'password', 'password1', 'changeme', 'change-me', 'client_secret']);

/** Takes the place of a provider's secret that a command doesn't need. */
const unusedSecret = 'not-needed-by-this-command';

/**
 * Replaces `${NAME}` with environment variables and rejects secrets written in plain text in the file.
 *
 * @param options `needsSecrets`: whether the variables of the providers' secrets must be set
 * @returns the file with its values substituted, and every fault found
 */
export function resolveEnvironment(
  file: unknown,
  env: Readonly<Record<string, string | undefined>>,
  { needsSecrets }: { needsSecrets: boolean },
) {
  const faults: Fault[] = [];

  const resolve = (value: unknown, path: readonly string[]): unknown => {
    if (Array.isArray(value)) return value.map((item, index) => resolve(item, [...path, String(index)]));
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolve(item, [...path, key])]));
    }
    if (typeof value !== 'string') return value;
    return resolveText(value, path);
  };

  const resolveText = (value: string, path: readonly string[]): string => {
    const literal = value.replace(reference, '');
    // A secret can be one of a list.
    const key = path.findLast((part) => !/^\d+$/.test(part)) ?? '';
    const isSecret = secretKeys.has(key);
    if (isSecret && literal !== '') {
      faults.push({ path, message: `contains a secret in plain text. Use \${ENV_VAR}, or ${key}_file` });
    }
    if (path.join('.') === 'store' && hasPassword(literal)) {
      const example = 'postgres://latchkey:${DB_PASSWORD}@db.example.com/latchkey';
      faults.push({ path, message: `contains a password in plain text. Use an environment variable: ${example}` });
    }
    if (isSecret && !needsSecrets) return unusedSecret;
    const resolved = value.replace(reference, (_, name: string) => {
      const found = env[name];
      if (found === undefined || found === '') {
        faults.push({ path, message: `the environment variable ${name} is not set` });
        return name;
      }
      return found;
    });
    if (isSecret && defaults.has(resolved.toLowerCase())) {
      faults.push({ path, message: 'is a well-known default secret. Generate a random one at the provider' });
    }
    return resolved;
  };

  return { resolved: resolve(file, []), faults };
}
