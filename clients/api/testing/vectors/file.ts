import { fileURLToPath } from 'node:url';
import { keys, setting } from './tokens.ts';
import { type Vector, vectors } from './vectors.ts';

export const vectorFile = fileURLToPath(new URL('../../vectors.json', import.meta.url));

/** The content of `vectors.json`, which `@latchkey/api` publishes. */
export interface VectorFile {
  about: string;
  test_only: true;
  issuer: string;
  audience: string;
  require: { scope: string; group: string };
  jwks: { keys: Record<string, unknown>[] };
  vectors: readonly Vector[];
}

const content: VectorFile = {
  about:
    'Requests with access tokens of Latchkey, and what an API that requires the scope and the group must answer. The keys are for tests only: everyone can sign with them. See docs/clients/other-languages.md.',
  test_only: true,
  issuer: setting.issuer,
  audience: setting.audience,
  require: { scope: setting.scope, group: setting.group },
  jwks: {
    keys: [keys.ec, keys.rsa].map(({ publicJwk, kid, alg }) => ({ ...publicJwk, kid, alg, use: 'sig' })),
  },
  vectors,
};

/** The same bytes each time. */
export const vectorText = (): string => `${JSON.stringify(content, null, 2)}\n`;
