import { DeviceError, type DeviceErrorCode } from '../device/device-error.ts';
import { StoreError } from '../device/store/store-error.ts';
import { type ExitCode, exitCode } from './exit-code.ts';
import { type Io, UsageError } from './io.ts';
import { KeyringError, type KeyringErrorCode } from './session/keyring-error.ts';

/** There are no credentials, or they are no longer valid. */
export class SignedOutError extends Error {
  override readonly name = 'SignedOutError';
  readonly code = 'not_signed_in';
}

const deviceExit: Record<DeviceErrorCode, ExitCode> = {
  access_denied: exitCode.denied,
  expired_token: exitCode.signedOut,
  invalid_grant: exitCode.signedOut,
  refused: exitCode.failure,
  unreachable: exitCode.unreachable,
  bad_answer: exitCode.failure,
  invalid_issuer: exitCode.usage,
};

const keyringExit: Record<KeyringErrorCode, ExitCode> = {
  keyring_unavailable: exitCode.failure,
  keyring_key_missing: exitCode.signedOut,
};

/**
 * Reports an error: a message on stderr, and with `--json` an object on stdout.
 *
 * @returns the exit code
 */
export function fail(error: unknown, command: string, json: boolean, io: Io): ExitCode {
  const { code, message, exit } = read(error, io);
  const { helpUrl, requestId } = error instanceof DeviceError ? error : {};
  if (json) {
    const more = { error_uri: helpUrl, request_id: requestId };
    io.out(`${JSON.stringify({ type: 'error', error: code, error_description: message, ...more })}\n`);
  }
  io.err(`latchkey ${command}: ${message}\n`);
  if (helpUrl !== undefined) io.err(`Help: ${helpUrl}\n`);
  if (requestId !== undefined) io.err(`For support: request ${requestId}\n`);
  if (exit === exitCode.usage) io.err(`See "latchkey ${command} --help".\n`);
  return exit;
}

function read(error: unknown, io: Io): { code: string; message: string; exit: ExitCode } {
  if (io.signal.aborted) return { code: 'interrupted', message: 'interrupted', exit: exitCode.interrupted };
  if (error instanceof DeviceError) {
    return { code: error.error ?? error.code, message: error.message, exit: deviceExit[error.code] };
  }
  if (error instanceof SignedOutError) return { code: error.code, message: error.message, exit: exitCode.signedOut };
  if (error instanceof KeyringError) {
    return { code: error.code, message: error.message, exit: keyringExit[error.code] };
  }
  if (error instanceof StoreError) return { code: error.code, message: error.message, exit: exitCode.failure };
  const { code, message } = error as NodeJS.ErrnoException;
  if (error instanceof UsageError || code?.startsWith('ERR_PARSE_ARGS')) {
    return { code: 'usage', message, exit: exitCode.usage };
  }
  return { code: code ?? 'failure', message, exit: exitCode.failure };
}
