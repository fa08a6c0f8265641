/** A minimal browser: cookies by host, redirects (also those of `continue` pages), and forms filled in by name. */
export interface Visitor {
  /** Opens a URL and follows redirects, until there are none or one leads to an unknown origin. */
  visit(url: string | URL, form?: Record<string, string>): Promise<Visit>;
  /** A host's cookie jar itself, not a copy. A test for stolen cookies replaces them. */
  cookies(host: string): Map<string, string>;
}

export interface Visit {
  url: URL;
  status: number;
  text: string;
  headers: Headers;
  /** Absent if a redirect led to an unknown origin. */
  ended: boolean;
}

/**
 * @param headers sent with each request, in addition to cookies
 * @param before runs before each request
 * @param fetch sends the requests
 */
export function createVisitor(
  origins: readonly string[],
  headers: Record<string, string> = {},
  before: (url: URL) => Promise<void> = async () => {},
  fetch: (url: URL, init: RequestInit) => Promise<Response> = globalThis.fetch,
): Visitor {
  const jars = new Map<string, Map<string, string>>();
  const jar = (host: string) => {
    const found = jars.get(host) ?? new Map<string, string>();
    jars.set(host, found);
    return found;
  };

  async function visit(url: string | URL, form?: Record<string, string>): Promise<Visit> {
    let next: { url: URL; body?: URLSearchParams } = { url: new URL(url) };
    if (form) next.body = new URLSearchParams(form);
    for (let hop = 0; hop < 20; hop += 1) {
      if (!origins.includes(next.url.origin))
        return { url: next.url, status: 0, text: '', headers: new Headers(), ended: false };
      await before(next.url);
      const cookies = jar(next.url.host);
      const answer = await fetch(next.url, {
        ...(next.body ? { method: 'POST', body: next.body } : {}),
        headers: { ...headers, cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
        redirect: 'manual',
      });
      for (const line of answer.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        if (value === '') cookies.delete(name);
        else cookies.set(name, value);
      }
      const text = await answer.text();
      const onward = answer.headers.get('location') ?? refreshTarget(text);
      if (onward === undefined)
        return { url: next.url, status: answer.status, text, headers: answer.headers, ended: true };
      next = { url: new URL(onward, next.url) };
    }
    throw new Error(`more than 20 redirects, at ${next.url.href}`);
  }

  return { visit, cookies: jar };
}

const refreshTarget = (text: string): string | undefined =>
  /http-equiv="refresh" content="0; url=([^"]+)"/.exec(text)?.[1]?.replaceAll('&amp;', '&');

/** The value of a page's input, by name. */
export function fieldOf(text: string, name: string): string {
  const value = new RegExp(`name="${name}"[^>]*value="([^"]*)"`).exec(text)?.[1];
  if (value === undefined) throw new Error(`the page has no field "${name}"`);
  return value;
}
