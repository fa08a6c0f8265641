import type { Context } from 'hono';
import type { Config } from '../config/types.ts';
import { brokerVersion } from '../store/broker-version.ts';

/** `GET /openapi.json`, on `admin_listen`. Nothing of the document is loaded or made before somebody asks for it. */
export function serveOpenApi({ issuer }: Pick<Config, 'issuer'>) {
  return async (c: Context) => {
    const { openApiDocument } = await import('./document.ts');
    return c.json(openApiDocument({ issuer, version: brokerVersion }));
  };
}
