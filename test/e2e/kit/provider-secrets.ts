import type { RequestListener } from 'node:http';

/**
 * A provider that accepts several client secrets at once, as Okta, Entra and others do while one replaces the other.
 * `oidc-provider` knows one, so an accepted one is exchanged for it before the provider sees the request.
 *
 * @param known the secret that the provider behind knows
 * @param accepted asked for each request
 */
export function withSecrets(
  handler: RequestListener,
  known: string,
  accepted: () => readonly string[],
): RequestListener {
  return (req, res) => {
    const [, encoded] = /^Basic (.+)$/.exec(req.headers.authorization ?? '') ?? [];
    if (encoded !== undefined) {
      const [id = '', secret = ''] = Buffer.from(encoded, 'base64').toString().split(':');
      const replaced = accepted().includes(decodeURIComponent(secret)) ? known : 'a-secret-that-is-not-accepted';
      const credentials = Buffer.from(`${id}:${replaced}`).toString('base64');
      req.headers.authorization = `Basic ${credentials}`;
    }
    return handler(req, res);
  };
}
