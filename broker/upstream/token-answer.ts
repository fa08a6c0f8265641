/** The token endpoint's answer, read once and before anything in it is validated. */
export interface TokenAnswer {
  status: number;
  headers: Headers;
  /** The JSON object in the body. Absent if there is none, or if it did not arrive completely. */
  body: Readonly<Record<string, unknown>> | undefined;
}

/** Never throws. The response's own body stays unread. */
export async function readTokenAnswer(response: Response): Promise<TokenAnswer> {
  const { status, headers } = response;
  try {
    const body: unknown = await response.clone().json();
    const isObject = typeof body === 'object' && body !== null && !Array.isArray(body);
    return { status, headers, body: isObject ? (body as TokenAnswer['body']) : undefined };
  } catch {
    return { status, headers, body: undefined };
  }
}

/** The error code (RFC 6749 §5.2). Some providers send it with status 200; it counts if no token comes with it. */
export function errorCodeOf({ status, body }: TokenAnswer): string | undefined {
  if (status < 400 && body?.access_token !== undefined) return undefined;
  return text(body?.error);
}

export const refreshTokenOf = ({ body }: TokenAnswer): string | undefined => text(body?.refresh_token);

/** Whether this is a successful token response, valid or not, and not something else with status 200. */
export const hasTokens = ({ status, body }: TokenAnswer): boolean =>
  status >= 200 && status < 300 && (text(body?.access_token) ?? text(body?.refresh_token)) !== undefined;

export const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;
