/**
 * Hydra's admin API.
 *
 * @see https://www.ory.sh/docs/hydra/reference/api
 */
export interface HydraAdmin {
  /** @throws {Error} with Hydra's answer, if it refuses */
  // biome-ignore lint/suspicious/noExplicitAny: answers of every shape
  call(method: string, path: string, body?: unknown): Promise<any>;
}

export const createAdmin = (origin: string): HydraAdmin => ({
  async call(method, path, body) {
    const answer = await fetch(`${origin}/admin${path}`, {
      method,
      headers: { 'Content-Type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  },
});
