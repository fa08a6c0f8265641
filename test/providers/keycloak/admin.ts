/** Keycloak's Admin REST API, as its first administrator. */
export interface KeycloakAdmin {
  /**
   * @param path under `/admin`
   * @returns the answer's JSON, or the ID of what was created
   * @throws {Error} with Keycloak's answer, if it refuses
   */
  // biome-ignore lint/suspicious/noExplicitAny: answers of every shape
  call(method: string, path: string, body?: unknown): Promise<any>;
}

/** @see https://www.keycloak.org/docs-api/latest/rest-api/index.html */
export function createAdmin(server: string, { username, password }: { username: string; password: string }) {
  /** Keycloak's tokens for administrators live a minute. */
  const keepMs = 30_000;
  let last: { token: Promise<string>; at: number } | undefined;
  const token = (): Promise<string> => {
    if (!last || Date.now() - last.at > keepMs) last = { token: signIn(), at: Date.now() };
    return last.token;
  };

  async function signIn(): Promise<string> {
    const form = { grant_type: 'password', client_id: 'admin-cli', username, password };
    const url = `${server}/realms/master/protocol/openid-connect/token`;
    const answer = await fetch(url, { method: 'POST', body: new URLSearchParams(form) });
    if (!answer.ok) throw new Error(`Keycloak refused its administrator: ${await answer.text()}`);
    return ((await answer.json()) as { access_token: string }).access_token;
  }

  const admin: KeycloakAdmin = {
    async call(method, path, body) {
      const answer = await fetch(`${server}/admin${path}`, {
        method,
        headers: { Authorization: `Bearer ${await token()}`, 'Content-Type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
      return text === '' ? answer.headers.get('Location')?.split('/').at(-1) : JSON.parse(text);
    },
  };
  return admin;
}
