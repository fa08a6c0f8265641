/** `npm run openapi`: writes `docs/openapi.json` anew. */
import { writeFile } from 'node:fs/promises';
import { docsFile, docsText } from './docs-file.ts';

await writeFile(docsFile, docsText());
