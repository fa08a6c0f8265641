import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type VectorFile, vectorFile } from '../../clients/api/testing/vectors/file.ts';
import type { Vector } from '../../clients/api/testing/vectors/vectors.ts';
import { request } from './request.ts';
import type { Settings } from './server.ts';

const { issuer, audience, jwks, vectors }: VectorFile = JSON.parse(await readFile(vectorFile, 'utf8'));

/** Serves the keys of the test vectors. */
export async function publishVectorKeys(): Promise<{ settings: Settings; close(): Promise<void> }> {
  const server = createServer((_req, res) => {
    res.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(jwks));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    settings: { issuer, audience, jwksUri: `http://127.0.0.1:${address.port}/jwks` },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The examples have the real clock, and are configured for ES256. */
const isForExamples = ({ level, clock, algorithm }: Vector): boolean =>
  level === 'must' && clock === 'any' && algorithm === 'ES256';

async function judge(port: number, vector: Vector): Promise<string> {
  const { name, verdict } = vector;
  const { url, method, authorization, dpop } = vector.request;
  const headers = {
    ...(authorization === undefined ? {} : { authorization }),
    ...(dpop === undefined ? {} : { dpop }),
  };
  const { status } = await request(port, { method, path: new URL(url).pathname, headers });
  return status === verdict.status ? '' : `${name}: ${status}, not ${verdict.status}`;
}

const used = vectors.filter(isForExamples);

export const vectorCases = [
  {
    name: `${used.length} test vectors`,
    async run({ port }: { port: number }) {
      const faults: string[] = [];
      for (const vector of used) faults.push(await judge(port, vector));
      const wrong = faults.filter((fault) => fault !== '');
      if (wrong.length > 0) throw new Error(wrong.join('; '));
    },
  },
];
