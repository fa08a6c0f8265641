import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openApiDocument } from '../../broker/openapi/document.ts';

const { version } = JSON.parse(readFileSync(new URL('../../broker/package.json', import.meta.url), 'utf8'));

export const docsFile = fileURLToPath(new URL('../../docs/openapi.json', import.meta.url));

/** The content of `docs/openapi.json`, for the issuer of all examples. */
export const docsText = (): string =>
  `${JSON.stringify(openApiDocument({ issuer: 'https://latchkey.example.com', version }), null, 2)}\n`;
