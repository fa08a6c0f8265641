import { type Answer, openConnection } from '../load/connection.ts';
import type { MeasuredServer } from '../load/server.ts';
import type { Work } from './peer.ts';

/** Sends one request, outside of the measurement. */
export async function ask(port: number, request: Buffer): Promise<Answer> {
  const connection = await openConnection(port);
  try {
    return await connection.exchange(request);
  } finally {
    connection.close();
  }
}

/**
 * Sends one request for JSON, outside of the measurement.
 *
 * @throws {Error} with the answer, unless it is a success
 */
export async function askJson(port: number, request: Buffer): Promise<Record<string, unknown>> {
  const { status, body } = await ask(port, request);
  if (status < 200 || status > 299) throw new Error(`port ${port} answered ${status} ${body}`);
  return JSON.parse(body) as Record<string, unknown>;
}

/** Work that is the same request again and again. */
export const repeated = (server: MeasuredServer, request: Buffer, isExpected: Work['isExpected']): Work => ({
  server,
  requests: (count) => Array<Buffer>(count).fill(request),
  isExpected,
});

/** An access token that is an ES256 JWT. */
export function isToken({ status, body }: Answer): boolean {
  if (status !== 200) return false;
  const [, token = ''] = /"access_token":"([^"]+)"/.exec(body) ?? [];
  return token.startsWith('eyJ') && token.split('.')[2]?.length === es256Length;
}

/** A signature of 64 bytes in base64url. */
const es256Length = 86;

export const isActive = ({ status, body }: Answer): boolean => status === 200 && /"active": ?true/.test(body);

export const isPending = ({ status, body }: Answer): boolean =>
  status === 400 && /"error": ?"authorization_pending"/.test(body);

export const isAllowed = ({ status }: Answer): boolean => status >= 200 && status < 300;
