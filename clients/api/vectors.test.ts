import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { ApiError } from './api-error.ts';
import { verifier } from './index.ts';
import { type VectorFile, vectorFile, vectorText } from './testing/vectors/file.ts';

const text = await readFile(vectorFile, 'utf8');
const { issuer, audience, jwks, require, vectors }: VectorFile = JSON.parse(text);

it('the published test vectors are what the script writes: run npm run vectors', () => {
  expect(vectorText()).toBe(text);
});

describe('the verdict of the published test vectors', () => {
  it.each(vectors)('$name', async ({ request, verdict, algorithm, now, clock }) => {
    for (const seconds of clock === 'any' ? [now, Date.UTC(2026, 10, 27) / 1_000, Date.UTC(2098, 0) / 1_000] : [now]) {
      const verify = verifier({
        issuer,
        audience,
        jwksUri: `${issuer}/jwks`,
        algorithms: [algorithm],
        fetch: async () => Response.json(jwks),
        now: () => seconds * 1_000,
      });
      const { method, url, ...headers } = request;
      const outcome: unknown = await verify(new Request(url, { method, headers }), {
        scopes: [require.scope],
        groups: [require.group],
      }).catch((error: unknown) => error);
      const judged =
        outcome instanceof ApiError
          ? { status: outcome.status, error: outcome.code, ...(outcome.reason ? { reason: outcome.reason } : {}) }
          : { status: 200 };
      expect(judged).toEqual(verdict);
    }
  });
});
