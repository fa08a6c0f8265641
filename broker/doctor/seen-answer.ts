/** What came back, in words that fit any response: status, kind of body, and where a redirect leads. */
export interface SeenAnswer {
  status: number;
  /** `HTTP 503 with an HTML page ("Maintenance")`. */
  words: string;
  /** The JSON object in the body, if there is one. */
  json: Readonly<Record<string, unknown>> | undefined;
  isHtml: boolean;
  /** Where a redirect leads, without its query. */
  leadsTo: string | undefined;
  /** `Retry-After`, if it is a number of seconds. */
  retryAfterS: number | undefined;
}

/** Reads the response. Never throws. @param url where the request went, for relative redirects */
export async function readAnswer(response: Response, url: string | URL): Promise<SeenAnswer> {
  const { status, headers } = response;
  const text = await response.text().catch(() => '');
  const json = parseObject(text);
  const isHtml = /\bhtml\b/i.test(headers.get('Content-Type') ?? '') || text.trimStart().startsWith('<');
  const leadsTo = targetOf(headers.get('Location'), url);
  const retryAfter = headers.get('Retry-After');
  const kind = json === undefined ? bodyInWords(text, isHtml) : '';
  const words = leadsTo === undefined ? `HTTP ${status}${kind}` : `HTTP ${status}, a redirect to ${leadsTo}`;
  const retryAfterS = /^\d{1,6}$/.test(retryAfter ?? '') ? Number(retryAfter) : undefined;
  return { status, words, json, isHtml, leadsTo, retryAfterS };
}

/**
 * Text of somebody else, quoted and shortened for a terminal. Control characters, which could rewrite what the terminal
 * shows, are left out.
 */
export function quoted(text: string, longest = 120): string {
  const plain = text
    .replace(/[\p{Cc}\p{Cf}]+/gu, ' ')
    .replace(/ +/g, ' ')
    .trim();
  return `"${plain.length > longest ? `${plain.slice(0, longest)}…` : plain}"`;
}

function parseObject(text: string): SeenAnswer['json'] {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as SeenAnswer['json'])
      : undefined;
  } catch {
    return undefined;
  }
}

function bodyInWords(text: string, isHtml: boolean): string {
  if (text.trim() === '') return ' without a body';
  if (!isHtml) return ' with a body that is not JSON';
  const title = /<(title|h1)\b[^<>]{0,200}>([^<]{1,300})/i.exec(text)?.[2];
  return title === undefined ? ' with an HTML page' : ` with an HTML page (${quoted(title)})`;
}

function targetOf(location: string | null, url: string | URL): string | undefined {
  if (location === null || !URL.canParse(location, String(url))) return undefined;
  const { protocol, host, pathname } = new URL(location, url);
  return `${protocol}//${host}${pathname}`;
}
