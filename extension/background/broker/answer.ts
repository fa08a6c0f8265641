import type { LatchkeyError } from '@latchkey/shared/errors.ts';
import * as v from 'valibot';
import { busy } from '../errors.ts';

/** Checks a response of the broker. The error names the path only and contains no values. */
export function parseAnswer<S extends v.GenericSchema>(schema: S, body: unknown, path: string): v.InferOutput<S> {
  const parsed = v.safeParse(schema, body);
  if (parsed.success) return parsed.output;
  throw notUnderstood(path, parsed.issues[0].path?.map(({ key }) => key).join('.') ?? 'the whole');
}

/** Only a broker on this machine may name a URL without TLS. */
export async function requireTls(broker: () => Promise<string>, url: string, path: string): Promise<void> {
  if (url.startsWith('http:') && !(await broker()).startsWith('http:')) throw notUnderstood(path, 'a URL without TLS');
}

const notUnderstood = (path: string, at: string): LatchkeyError =>
  busy(`the broker's answer at ${path} is not what this version understands (${at})`, 5_000);
