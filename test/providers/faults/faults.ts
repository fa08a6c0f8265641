import { writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createAuthority } from '../../e2e/kit/certificates.ts';
import { ada, mallory, signInByPopup } from '../steps/at-provider.ts';
import { openPopup } from '../steps/sites.ts';
import type { FaultScene, ProviderFault } from './fault.ts';

const maintenance = '<!doctype html><title>Down for maintenance</title><h1>Back at noon</h1>';

type Answer = (response: ServerResponse) => unknown;
const page: Answer = (response) => response.writeHead(200, { 'Content-Type': 'text/html' }).end(maintenance);
const tooMany: Answer = (response) =>
  response.writeHead(429, { 'Content-Type': 'application/json', 'Retry-After': '17' }).end('{}');
const broken: Answer = (response) => response.writeHead(500, { 'Content-Type': 'text/html' }).end(maintenance);

/** Answers at one path in the provider's place. */
const answering =
  (at: keyof FaultScene['paths'], answer: Answer) =>
  ({ stack, paths }: FaultScene): void =>
    stack.address.interfere({
      instead(request, response) {
        if (new URL(request.url ?? '', stack.origins.idp).pathname !== paths[at]) return false;
        answer(response);
        return true;
      },
    });

const atDiscovery = /^✗ discovery: .*/;
const atToken = /^[✗!] client: .*/;

/** In this order: the first ones need that nobody has signed in yet, the last ones sign people in. */
export const faults: readonly ProviderFault[] = [
  { name: 'no fault', make: () => undefined, tells: 'nothing' },
  {
    name: 'wrong client_id',
    make: ({ upstream }) => Object.assign(upstream, { client_id: 'somebody-else' }),
    tells: /^✗ client: the provider rejected the client credentials/,
  },
  {
    name: 'wrong secret',
    async make({ stack, upstream }) {
      const file = join(stack.dir, 'wrong-secret');
      await writeFile(file, 'not-the-secret-of-this-client', { mode: 0o600 });
      upstream.client_secret_file = file;
    },
    tells: /^✗ client: the provider rejected the client credentials/,
  },
  {
    name: 'redirect URI not registered',
    make({ tree }) {
      tree.extension = { chrome_ids: ['abcdefghijklmnopabcdefghijklmnop'] };
    },
    tells: /^✗ redirect URI: https:\/\/abcdefghijklmnopabcdefghijklmnop\.chromiumapp\.org\//,
  },
  {
    name: 'scope that the client may not use',
    make: ({ upstream }) => Object.assign(upstream, { scopes: [...(upstream.scopes as string[]), 'made-up'] }),
    tells: /^✗ scopes: the provider refuses the scope "made-up"/,
    harmless: { 'oidc-': 'the provider ignores scopes that it doesn’t know' },
  },
  {
    name: 'offline_access not requested',
    make({ upstream }) {
      upstream.scopes = (upstream.scopes as string[]).filter((scope) => scope !== 'offline_access');
    },
    tells: /^! refresh tokens: .*lacks offline_access/,
    harmless: { keycloak: 'sessions of browsers have refresh tokens without it' },
  },
  {
    name: 'provider’s clock an hour ahead',
    make: ({ stack }) => stack.address.interfere({ clockMs: 3_600_000 }),
    tells: /^✗ clock: this server's clock is 3[56]\d\d s behind the provider's/,
  },
  {
    name: 'provider’s clock an hour behind',
    make: ({ stack }) => stack.address.interfere({ clockMs: -3_600_000 }),
    tells: /^✗ clock: this server's clock is 3[56]\d\d s ahead of the provider's/,
  },
  {
    name: 'blocked egress',
    make: ({ stack }) => stack.address.interfere({ instead: () => true }),
    tells: /^✗ discovery: .*no answer from .* within 10 s/,
  },
  {
    name: 'DNS has no such host',
    make({ upstream }) {
      const { pathname } = new URL(String(upstream.issuer));
      upstream.issuer = `https://${'idp'.repeat(22)}.example.com${pathname === '/' ? '' : pathname}`;
    },
    tells: /^✗ discovery: .*DNS has no address/,
  },
  {
    name: 'expired certificate',
    async make({ stack, tree, upstream, defer }) {
      const authority = createAuthority('Example CA');
      const certificate = authority.issue('localhost', { from: '2020-01-01', to: '2020-12-31' });
      const server = createTlsServer(certificate, (_request, response) => void response.end('{}'));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      defer(() => server.close());
      const file = join(stack.dir, 'authority.pem');
      await writeFile(file, authority.pem);
      tree.tls = { ca_file: file };
      const { pathname } = new URL(String(upstream.issuer));
      upstream.issuer = `https://localhost:${(server.address() as AddressInfo).port}${pathname === '/' ? '' : pathname}`;
    },
    tells: /^✗ discovery: .*its certificate has expired/,
  },
  { name: 'HTML instead of JSON at discovery', make: answering('discovery', page), tells: atDiscovery },
  { name: 'HTML instead of JSON at the token endpoint', make: answering('token', page), tells: atToken },
  { name: '429 at discovery', make: answering('discovery', tooMany), tells: atDiscovery },
  { name: '429 at the token endpoint', make: answering('token', tooMany), tells: atToken },
  { name: '500 at discovery', make: answering('discovery', broken), tells: atDiscovery },
  { name: '500 at the token endpoint', make: answering('token', broken), tells: atToken },
  {
    name: 'person not assigned',
    async make({ stack, saw }) {
      await stack.provider.unassign(mallory);
      const page = await stack.stage.openTab(`${stack.origins.broker}/account`);
      await page.locator(stack.provider.signInField).waitFor();
      await stack.provider.signIn(page, mallory);
      await page.locator(stack.provider.signInField).waitFor({ state: 'detached' });
      const heading = page.locator('h1').first();
      await heading.waitFor();
      const whose = new URL(page.url()).origin === stack.origins.broker ? 'Latchkey' : 'the provider';
      saw(`${whose} shows “${((await heading.textContent()) ?? '').trim()}”`);
      await page.close();
    },
    tells: 'nothing',
  },
  {
    name: 'no fault, after a sign-in',
    async make({ stack }) {
      const popup = await openPopup(stack);
      await signInByPopup(stack, popup, ada);
      await popup.close();
    },
    tells: 'nothing',
  },
  {
    name: 'groups claim missing',
    async make({ stack }) {
      await stack.provider.dropGroups();
      const popup = await openPopup(stack);
      await popup.getByRole('button', { name: 'Sign out', exact: true }).click();
      await signInByPopup(stack, popup, ada);
      await popup.close();
    },
    tells: /^✗ groups: .*sent no groups at the only sign-in so far, but rules ask for/,
  },
];
