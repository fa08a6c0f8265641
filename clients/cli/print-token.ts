import { stat } from 'node:fs/promises';
import { StoreError } from '../device/store/store-error.ts';
import { writePrivateFile } from '../device/store/write-file.ts';
import type { Tokens } from '../device/tokens.ts';
import { type Io, UsageError } from './io.ts';

/** Options of the commands that print a token. They also have `--json`. */
export const printOptions = {
  output: { type: 'string' },
  curl: { type: 'boolean', default: false },
} as const;

interface Values {
  json: boolean;
  curl: boolean;
  output?: string | undefined;
}

/** @throws {UsageError} if two formats are asked for, or no file is named */
export function checkPrintOptions({ json, curl, output }: Values): void {
  if (json && curl) throw new UsageError("--json and --curl can't be used together");
  if (output === '-') throw new UsageError('--output names a file; without it, the token goes to stdout');
}

/**
 * Prints a token, or writes it to a file that only its owner can read.
 *
 * @throws {StoreError} if the file can't be written
 */
export async function printToken(
  { access_token, token_type, expires_at, scope, resource }: Tokens & { resource: string | undefined },
  { json, curl, output }: Values,
  io: Pick<Io, 'out'>,
): Promise<void> {
  const asJson = () => JSON.stringify({ access_token, token_type, expires_at, scope, resource });
  const forCurl = () => `header = "Authorization: Bearer ${access_token}"`;
  const text = json ? asJson() : curl ? forCurl() : access_token;
  if (output === undefined) io.out(`${text}\n`);
  else await writeToken(output, text);
}

/** The file has the token and nothing else, as programs that read such a file expect. */
async function writeToken(path: string, text: string): Promise<void> {
  const there = await stat(path).catch(() => undefined);
  // Such as /dev/null, which the file would replace for everybody.
  if (there && !there.isFile())
    throw new StoreError('unwritable', `${path} is not a file. Choose another one with --output`);
  try {
    await writePrivateFile(path, text);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new StoreError('unwritable', `${path} can't be written (${code}). Choose another file with --output`, {
      cause: error,
    });
  }
}
