/** `npm run vectors`: writes `clients/api/vectors.json` anew. */
import { writeFile } from 'node:fs/promises';
import { vectorFile, vectorText } from './file.ts';

await writeFile(vectorFile, vectorText());
