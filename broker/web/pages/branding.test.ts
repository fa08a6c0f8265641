import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { brokerInProcess, type InProcessBroker } from '../../../test/broker/in-process.ts';
import { sessionCaller } from '../../../test/broker/session-caller.ts';

const logo = join(mkdtempSync(join(tmpdir(), 'latchkey-logo-')), 'logo.svg');
writeFileSync(logo, '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>');
const upstreams = `  okta: { name: Acme Okta, icon: ${logo}, issuer: "https://acme.okta.com", client_id: c, client_secret: "\${SECRET}" }
  other: { issuer: "https://other.example", client_id: c, client_secret: "\${SECRET}" }`;
const branding = `branding:
  name: Acme <Sign-in>
  logo: ${logo}
  color: "#0a5c36"
  support: { url: "https://help.acme.example/?a=1&b=2", email: help@acme.example }
  recovery_url: https://acme.example/reset
resources: {}`;

let broker: InProcessBroker;
const get = (path: string, headers: Record<string, string> = {}) => broker.request(path, { headers });
afterEach(() => broker.close());

describe('pages of an organization with a face', () => {
  beforeEach(async () => {
    broker = await brokerInProcess(branding, { upstreams });
  });

  it.each([
    ['/device', 200],
    ['/result?of=x', 400],
    ['/callback', 400],
  ])('%s has its name, logo, color and help', async (path, status) => {
    const answer = await get(path);
    const text = await answer.text();
    expect(answer.status).toBe(status);
    expect(text).toContain('· Acme &lt;Sign-in&gt;</title>');
    expect(text).not.toContain('Latchkey');
    expect(text).toContain('<img src="/assets/logo"');
    expect(text).toContain('href="/assets/branding.css"');
    expect(text).toContain('href="https://help.acme.example/?a=1&amp;b=2"');
    expect(text).toContain('href="mailto:help@acme.example"');
    expect(text).toContain('href="https://acme.example/reset"');
  });

  it('serves the logo as an image that runs nothing', async () => {
    const answer = await get('/assets/logo');
    expect(answer.headers.get('content-type')).toBe('image/svg+xml');
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await answer.text()).toContain('<svg');
    expect((await get('/assets/providers/okta')).headers.get('content-type')).toBe('image/svg+xml');
    expect((await get('/assets/providers/other')).status).toBe(404);
    expect((await get('/assets/providers/constructor')).status).toBe(404);
  });

  it('serves its color, and a lighter one for the dark', async () => {
    expect(await (await get('/assets/branding.css')).text()).toMatch(
      /^:root \{ --accent: light-dark\(#0a5c36, #[0-9a-f]{6}\);/,
    );
  });

  it('tells the extension', async () => {
    const { body } = await (await sessionCaller(broker)).call('/session/upstreams', undefined, 'GET');
    expect(body).toEqual({
      upstreams: ['okta', 'other'],
      providers: [
        { name: 'okta', label: 'Acme Okta', icon: expect.stringMatching(/^data:image\/svg\+xml;base64,/) },
        { name: 'other', label: 'other' },
      ],
      organization: {
        name: 'Acme <Sign-in>',
        logo: expect.stringMatching(/^data:image\/svg\+xml;base64,/),
        color: '#0a5c36',
        support_url: 'https://help.acme.example/?a=1&b=2',
        support_email: 'help@acme.example',
        recovery_url: 'https://acme.example/reset',
      },
    });
  });

  it('names its help to programs whose users need an administrator, and to no others', async () => {
    const token = (form: Record<string, string>) =>
      broker.request('/token', { method: 'POST', body: new URLSearchParams(form) });
    const refused = await token({ grant_type: 'refresh_token', client_id: 'nobody', refresh_token: 'x' });
    expect(await refused.json()).toMatchObject({
      error: 'invalid_client',
      error_uri: 'https://help.acme.example/?a=1&b=2',
    });
    expect(await (await token({})).json()).not.toHaveProperty('error_uri');
  });
});

describe('pages of an organization without one', () => {
  beforeEach(async () => {
    broker = await brokerInProcess('resources: {}', { upstreams });
  });

  it('are Latchkey’s, and promise no help that is not there', async () => {
    const text = await (await get('/device')).text();
    expect(text).toContain('· Latchkey</title>');
    expect(text).toContain('<img src="/assets/key.svg"');
    expect(text).not.toContain('branding.css');
    expect(text).not.toContain('<footer');
    expect((await get('/assets/logo')).status).toBe(404);
    expect((await get('/assets/branding.css')).status).toBe(404);
  });
});
