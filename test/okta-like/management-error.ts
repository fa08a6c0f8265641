import { randomBytes } from 'node:crypto';

const summaries = {
  E0000007: 'Not found: Resource not found',
  E0000011: 'Invalid token provided',
  E0000047: 'API call exceeded rate limit due to too many requests.',
} as const;

/**
 * An error as Okta's management API writes it, which is not as OAuth does; rate limits are told so on every path.
 *
 * @see https://developer.okta.com/docs/reference/error-codes/
 */
export const managementError = (
  status: number,
  errorCode: keyof typeof summaries,
  headers: Record<string, string> = {},
): Response =>
  Response.json(
    {
      errorCode,
      errorSummary: summaries[errorCode],
      errorLink: errorCode,
      errorId: `oae${randomBytes(12).toString('base64url')}`,
      errorCauses: [],
    },
    { status, headers },
  );
