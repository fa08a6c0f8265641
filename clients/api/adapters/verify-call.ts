import { ApiError } from '../api-error.ts';
import type { Call } from '../call.ts';
import type { Claims } from '../claims.ts';
import type { Requirements } from '../requirements.ts';
import type { Verify } from '../verifier.ts';

/** The claims and response headers of an accepted call, or the refusal of a rejected one. */
export type VerifiedCall =
  | { claims: Claims; headers: Record<string, string>; refusal?: undefined }
  | { refusal: ApiError; claims?: undefined };

/** Verifies a call for an adapter. Returns refusals instead of throwing them: a framework would respond with 500. */
export async function verifyCall(verify: Verify, call: Call, requirements: Requirements): Promise<VerifiedCall> {
  try {
    const claims = await verify(call, requirements);
    return { claims, headers: await verify.answerHeaders() };
  } catch (error) {
    if (error instanceof ApiError) return { refusal: error };
    throw error;
  }
}
