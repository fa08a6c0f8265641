import { brokerVersion } from '../store/broker-version.ts';
import { optionOf, storeConfigOf } from './config-option.ts';

/** What `--help` prints. */
export const usage = `Usage: latchkey openapi [options]

Print the OpenAPI document of the broker's HTTP API, as at /openapi.json on admin_listen.

  --config FILE  configuration file (default: latchkey.yaml, env: LATCHKEY_CONFIG)
`;

/** `latchkey openapi`: what `/openapi.json` on `admin_listen` has, for this configuration. */
export async function openapi(argv: readonly string[]): Promise<number> {
  const { issuer } = storeConfigOf(optionOf(argv));
  const { openApiDocument } = await import('../openapi/document.ts');
  process.stdout.write(`${JSON.stringify(openApiDocument({ issuer, version: brokerVersion }), null, 2)}\n`);
  return 0;
}
