import { ApiError } from '../api-error.ts';
import type { Call } from '../call.ts';
import type { Claims } from '../claims.ts';
import type { Requirements } from '../requirements.ts';
import type { Verify } from '../verifier.ts';

/** A call that was let in, with headers for its answer; or one that was refused, with the answer. */
export type VerifiedCall =
  | { claims: Claims; headers: Record<string, string>; refusal?: undefined }
  | { refusal: ApiError; claims?: undefined };

/** What every adapter does first. A refusal is an answer, never an exception that a framework makes a 500 of. */
export async function verifyCall(verify: Verify, call: Call, requirements: Requirements): Promise<VerifiedCall> {
  try {
    const claims = await verify(call, requirements);
    return { claims, headers: await verify.answerHeaders() };
  } catch (error) {
    if (error instanceof ApiError) return { refusal: error };
    throw error;
  }
}
