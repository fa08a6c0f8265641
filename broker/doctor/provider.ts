import { createHash, randomBytes } from 'node:crypto';
import * as oauth from 'oauth4webapi';
import type { Config, UpstreamConfig } from '../config/types.ts';
import { expectedIssuer } from '../upstream/discovery.ts';
import { checkClient } from './client.ts';
import { about, type Finding } from './finding.ts';
import { ask, type DoctorDeps } from './requests.ts';

/** The findings about one provider, and its metadata if there are any. */
export interface CheckedProvider {
  metadata?: oauth.AuthorizationServer;
  findings: Finding[];
}

/** Checks what the identity provider says about itself and about us. Changes nothing there and signs nobody in. */
export async function checkProvider(
  deps: DoctorDeps,
  config: Config,
  upstream: UpstreamConfig,
): Promise<CheckedProvider> {
  const { metadata, findings } = await discover(deps, upstream);
  if (!metadata) return { findings };
  findings.push(...checkFeatures(upstream, metadata));
  findings.push(...(await checkClient(deps, upstream, metadata)));
  for (const redirectUri of [`${config.issuer}/callback`, ...config.extension.redirectUris]) {
    findings.push(await checkRedirect(deps, upstream, metadata, redirectUri));
  }
  return { metadata, findings };
}

async function discover(deps: DoctorDeps, { name, issuer }: UpstreamConfig): Promise<CheckedProvider> {
  const discovery = about(`${name}: discovery`);
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const answer = await ask(deps, url);
  if ('unreachable' in answer) {
    return {
      findings: [
        discovery.failed(
          `${url}: ${answer.unreachable}`,
          'Check the issuer URL, DNS, and outbound firewall or proxy settings.',
        ),
      ],
    };
  }
  const { response } = answer;
  const skew = clockSkew(deps, name, response);
  try {
    const metadata = await oauth.processDiscoveryResponse(await expectedIssuer(new URL(issuer), response), response);
    return { metadata, findings: [discovery.ok(`${url} names the issuer ${metadata.issuer}`), ...skew] };
  } catch {
    const cure =
      response.status === 200
        ? `Set upstreams.${name}.issuer to the exact "issuer" value in that document.`
        : 'Set issuer so that <issuer>/.well-known/openid-configuration returns 200.';
    return { findings: [discovery.failed(`${url} returned ${response.status} and can't be used`, cure), ...skew] };
  }
}

/** `Date` has whole seconds and took time to arrive, so a difference of a second or two is fine. A cache's response has its `Age` (RFC 9111 §5.1). */
function clockSkew({ now }: DoctorDeps, name: string, response: Response): Finding[] {
  const clock = about(`${name}: clock`);
  const ageS = Number(response.headers.get('Age') ?? 0);
  const theirs = Date.parse(response.headers.get('Date') ?? '') + ageS * 1_000;
  if (Number.isNaN(theirs)) return [];
  const seconds = Math.round((now() - theirs) / 1_000);
  if (Math.abs(seconds) <= 3) return [clock.ok('clock in sync with the provider')];
  const what = `this server's clock is ${Math.abs(seconds)} s ${seconds > 0 ? 'ahead of' : 'behind'} the provider's`;
  const cure = 'Enable NTP on this server. Beyond 30 s, tokens are rejected.';
  return [Math.abs(seconds) > 25 ? clock.failed(what, cure) : clock.warning(what, cure)];
}

function checkFeatures({ name, scopes, authentication }: UpstreamConfig, metadata: oauth.AuthorizationServer) {
  const features = about(`${name}: metadata`);
  const findings: Finding[] = [];
  for (const endpoint of ['authorization_endpoint', 'token_endpoint', 'jwks_uri'] as const) {
    if (metadata[endpoint]) continue;
    findings.push(
      features.failed(
        `${endpoint} is missing`,
        "This provider isn't supported: it needs authorization, token and JWKS endpoints.",
      ),
    );
  }
  const methods = metadata.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
  if (!methods.includes(authentication.method)) {
    findings.push(
      features.warning(
        `client authentication ${authentication.method} is not listed (available: ${methods.join(', ')})`,
        'Set client_auth (or private_key_file) to one of the methods above.',
      ),
    );
  }
  const missing = scopes.filter((scope) => !(metadata.scopes_supported ?? scopes).includes(scope));
  if (missing.length > 0) {
    findings.push(
      features.warning(
        `scopes not listed: ${missing.join(' ')}`,
        'Add them at the provider, or remove them from "scopes". Some providers reject the whole sign-in because of one unknown scope.',
      ),
    );
  }
  return findings.length > 0 ? findings : [features.ok('all required features available')];
}

/** `prompt=none` redirects at once, with an error, and only to a redirect URI that the provider knows. */
async function checkRedirect(
  deps: DoctorDeps,
  upstream: UpstreamConfig,
  metadata: oauth.AuthorizationServer,
  redirectUri: string,
): Promise<Finding> {
  const redirect = about(`${upstream.name}: redirect URI`);
  const unsure = (why: string) =>
    redirect.warning(
      `couldn't verify ${redirectUri}: ${why}`,
      'Check that this exact redirect URI (including any trailing slash) is registered.',
    );
  if (!metadata.authorization_endpoint) return unsure('the provider has no authorization endpoint');
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
  if (metadata.require_pushed_authorization_requests)
    return unsure('the provider accepts only pushed authorization requests');
  const answer = await ask(deps, url);
  if ('unreachable' in answer) return unsure(answer.unreachable);
  const { status, headers } = answer.response;
  if (headers.get('Location')?.startsWith(`${redirectUri}?`)) return redirect.ok(`${redirectUri} is registered`);
  if (status === 429 || status >= 500) return unsure(`the provider returned ${status}`);
  if (status >= 400) {
    return redirect.failed(
      `${redirectUri}: the provider returned ${status} instead of redirecting to it`,
      'Register this exact redirect URI (including any trailing slash) at the provider.',
    );
  }
  return unsure('the provider gave no clear answer');
}
