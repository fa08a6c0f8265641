import { createHash, randomBytes } from 'node:crypto';
import { isLoopbackHost } from '@latchkey/shared/origin.ts';
import * as oauth from 'oauth4webapi';
import type { Config, UpstreamConfig } from '../config/types.ts';
import { clientAuth } from '../upstream/client-auth.ts';
import { about, type Finding } from './finding.ts';
import { ask, type DoctorDeps } from './requests.ts';

/** What the identity provider says of itself, and of us. Nothing is changed there, and nobody is signed in. */
export async function checkProvider(deps: DoctorDeps, config: Config, upstream: UpstreamConfig): Promise<Finding[]> {
  const discovered = await discover(deps, upstream);
  if (!discovered.metadata) return discovered.findings;
  const { metadata, findings } = discovered;
  findings.push(...checkFeatures(upstream, metadata));
  findings.push(await checkClient(deps, upstream, metadata));
  for (const redirectUri of [`${config.issuer}/callback`, ...config.extension.redirectUris]) {
    findings.push(await checkRedirect(deps, upstream, metadata, redirectUri));
  }
  return findings;
}

async function discover(
  deps: DoctorDeps,
  { name, issuer }: UpstreamConfig,
): Promise<{ metadata?: oauth.AuthorizationServer; findings: Finding[] }> {
  const discovery = about(`${name}: discovery`);
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const answer = await ask(deps, url);
  if ('unreachable' in answer) {
    return {
      findings: [discovery.failed(`${url}: ${answer.unreachable}`, 'check the issuer, DNS, and the way out of here')],
    };
  }
  const { response } = answer;
  const skew = clockSkew(deps, name, response);
  try {
    const metadata = await oauth.processDiscoveryResponse(new URL(issuer), response);
    return { metadata, findings: [discovery.ok(`${url} names the issuer ${metadata.issuer}`), ...skew] };
  } catch {
    const cure =
      response.status === 200
        ? 'the document must name exactly the issuer of the configuration: copy "issuer" from it'
        : 'the issuer is the address whose /.well-known/openid-configuration answers 200';
    return { findings: [discovery.failed(`${url} answers ${response.status} and cannot be used`, cure), ...skew] };
  }
}

/** `Date` is in whole seconds, and has been on its way: a second or two is no finding. A cache's answer says its `Age` (RFC 9111 §5.1). */
function clockSkew({ now }: DoctorDeps, name: string, response: Response): Finding[] {
  const clock = about(`${name}: clock`);
  const ageS = Number(response.headers.get('Age') ?? 0);
  const theirs = Date.parse(response.headers.get('Date') ?? '') + ageS * 1_000;
  if (Number.isNaN(theirs)) return [];
  const seconds = Math.round((now() - theirs) / 1_000);
  if (Math.abs(seconds) <= 3) return [clock.ok('this clock and the provider’s agree')];
  const what = `this clock is ${Math.abs(seconds)} s ${seconds > 0 ? 'ahead of' : 'behind'} the provider’s`;
  const cure = 'keep both by NTP: from 30 s on, its tokens are refused';
  return [Math.abs(seconds) > 25 ? clock.failed(what, cure) : clock.warning(what, cure)];
}

function checkFeatures({ name, scopes, authentication }: UpstreamConfig, metadata: oauth.AuthorizationServer) {
  const features = about(`${name}: metadata`);
  const findings: Finding[] = [];
  for (const endpoint of ['authorization_endpoint', 'token_endpoint', 'jwks_uri'] as const) {
    if (metadata[endpoint]) continue;
    findings.push(features.failed(`names no ${endpoint}`, 'this is no OpenID provider that Latchkey can use'));
  }
  const methods = metadata.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
  if (!methods.includes(authentication.method)) {
    findings.push(
      features.warning(
        `does not list ${authentication.method} among its client authentications (${methods.join(', ')})`,
        'set client_auth, or private_key_file, to one that it has',
      ),
    );
  }
  const missing = scopes.filter((scope) => !(metadata.scopes_supported ?? scopes).includes(scope));
  if (missing.length > 0) {
    findings.push(
      features.warning(
        `does not list the scopes ${missing.join(' ')}`,
        'add them at the provider, or take them out of "scopes": some providers refuse the whole sign-in for one that they don’t know',
      ),
    );
  }
  return findings.length > 0 ? findings : [features.ok('has what is needed')];
}

/** Redeems a code that cannot exist: whoever knows the client says `invalid_grant`, whoever doesn't, `invalid_client`. */
async function checkClient(deps: DoctorDeps, upstream: UpstreamConfig, metadata: oauth.AuthorizationServer) {
  const client = about(`${upstream.name}: client`);
  try {
    const response = await oauth.authorizationCodeGrantRequest(
      metadata,
      { client_id: upstream.clientId },
      await clientAuth(upstream.authentication),
      oauth.validateAuthResponse(
        { issuer: metadata.issuer },
        { client_id: upstream.clientId },
        new URLSearchParams({ code: 'latchkey-doctor', state: 'doctor' }),
        'doctor',
      ),
      'https://latchkey.invalid/callback',
      randomBytes(32).toString('base64url'),
      options(deps, upstream),
    );
    const { error } = (await response.json()) as { error?: unknown };
    if (error === 'invalid_client' || error === 'unauthorized_client' || response.status === 401) {
      return client.failed(
        `the provider does not take client_id and ${upstream.authentication.method} (${typeof error === 'string' ? error : response.status})`,
        'copy client_id and secret again; for private_key_jwt, register the public key; see also client_auth',
      );
    }
    if (error === 'invalid_grant' || error === 'invalid_request')
      return client.ok(`is known, and authenticates by ${upstream.authentication.method}`);
    return client.warning(`the token endpoint answers ${response.status} to a made-up code`, 'sign in once to be sure');
  } catch {
    return client.failed('the token endpoint does not answer as one', 'check the way to it, and its log');
  }
}

/** `prompt=none` sends back at once, with an error, and only to an address that the provider knows. */
async function checkRedirect(
  deps: DoctorDeps,
  upstream: UpstreamConfig,
  metadata: oauth.AuthorizationServer,
  redirectUri: string,
): Promise<Finding> {
  const redirect = about(`${upstream.name}: redirect URI`);
  const unsure = (why: string) =>
    redirect.warning(`${redirectUri}: ${why}`, 'see that it is registered, to the letter, the last slash included');
  if (!metadata.authorization_endpoint) return unsure('there is no authorization endpoint to ask');
  const url = new URL(metadata.authorization_endpoint);
  const parameters = {
    response_type: 'code',
    client_id: upstream.clientId,
    redirect_uri: redirectUri,
    scope: 'openid',
    state: 'doctor',
    nonce: 'doctor',
    prompt: 'none',
    code_challenge: createHash('sha256').update(randomBytes(32)).digest('base64url'),
    code_challenge_method: 'S256',
    ...upstream.authorizationParams,
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  if (metadata.require_pushed_authorization_requests) return unsure('the provider takes pushed requests only');
  const answer = await ask(deps, url);
  if ('unreachable' in answer) return unsure(answer.unreachable);
  const { status, headers } = answer.response;
  if (headers.get('Location')?.startsWith(`${redirectUri}?`)) return redirect.ok(`${redirectUri} is registered`);
  if (status === 429 || status >= 500) return unsure(`the provider answers ${status} for now`);
  if (status >= 400) {
    return redirect.failed(
      `${redirectUri}: the provider answers ${status} instead of sending back to it`,
      'register it at the provider, to the letter, the last slash included',
    );
  }
  return unsure('the provider did not say');
}

function options({ fetch }: DoctorDeps, { issuer }: UpstreamConfig): oauth.TokenEndpointRequestOptions {
  const { protocol, hostname } = new URL(issuer);
  return {
    [oauth.customFetch]: (url: string, init: oauth.CustomFetchOptions<string, unknown>) =>
      fetch(url, init as RequestInit),
    [oauth.allowInsecureRequests]: protocol === 'http:' && isLoopbackHost(hostname),
    signal: () => AbortSignal.timeout(10_000),
  };
}
