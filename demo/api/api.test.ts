import { describe, expect, it } from 'vitest';
import { createApi } from './api.ts';

const site = 'http://shop.localhost:1';
const api = createApi({
  issuer: 'http://localhost:1',
  resource: 'http://127.0.0.1:2',
  sites: [site],
  customers: new Map(),
  now: () => 0,
});

describe("the demo's API", () => {
  it.each(['/orders', '/whoami'])('refuses %s without a token', async (path) => {
    const answer = await api.request(path);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
    expect(await answer.json()).toMatchObject({ error: 'missing_token' });
  });

  it("lets the sites' pages read its refusals, and no other page", async () => {
    const allowed = async (origin: string) => {
      const answer = await api.request('/orders', { headers: { origin } });
      return answer.headers.get('access-control-allow-origin');
    };
    expect(await allowed(site)).toBe(site);
    expect(await allowed('http://evil.localhost:1')).toBeNull();
  });
});
