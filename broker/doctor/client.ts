import { randomBytes } from 'node:crypto';
import { isLoopbackHost } from '@latchkey/shared/origin.ts';
import * as oauth from 'oauth4webapi';
import type { UpstreamConfig } from '../config/types.ts';
import { clientAuth } from '../upstream/client-auth.ts';
import { errorCodeOf, readTokenAnswer, type TokenAnswer } from '../upstream/token-answer.ts';
import { about, type Finding } from './finding.ts';
import type { DoctorDeps } from './requests.ts';

/** Asks the token endpoint for both grants that the broker uses, with a code and a refresh token that can't exist. */
export async function checkClient(
  deps: DoctorDeps,
  upstream: UpstreamConfig,
  metadata: oauth.AuthorizationServer,
): Promise<Finding[]> {
  const { otherAuthentication: other } = upstream;
  const credentials = await tryGrant(deps, upstream, 'client', redeemCode(metadata, upstream));
  const second = other && { ...upstream, authentication: other };
  const findings = second
    ? bothCredentials(upstream, credentials, await tryGrant(deps, second, 'client', redeemCode(metadata, second)))
    : [credentials];
  const accepted = credentials.level === 'ok' ? upstream : second;
  if (!accepted || findings.every(({ level }) => level !== 'ok')) return findings;
  return [...findings, await tryGrant(deps, accepted, 'refresh', refresh(metadata, accepted))];
}

/** With two secrets or keys, the broker uses the one that the provider accepts. Only if it accepts neither is that a failure. */
function bothCredentials({ name }: UpstreamConfig, first: Finding, second: Finding): Finding[] {
  const isUsable = [first, second].some(({ level }) => level === 'ok');
  return [first, second].map((finding, index) => {
    const check = `${name}: client, ${index === 0 ? 'first' : 'second'} of two`;
    return finding.level === 'failed' && isUsable ? { ...finding, check, level: 'warning' } : { ...finding, check };
  });
}

type Check = 'client' | 'refresh';
type Send = (auth: oauth.ClientAuth, options: oauth.TokenEndpointRequestOptions) => Promise<Response>;

const redeemCode =
  (metadata: oauth.AuthorizationServer, { clientId }: UpstreamConfig): Send =>
  async (auth, options) => {
    const client = { client_id: clientId };
    const parameters = new URLSearchParams({ code: 'latchkey-doctor', state: 'doctor' });
    return oauth.authorizationCodeGrantRequest(
      metadata,
      client,
      auth,
      oauth.validateAuthResponse({ issuer: metadata.issuer }, client, parameters, 'doctor'),
      'https://latchkey.invalid/callback',
      randomBytes(32).toString('base64url'),
      options,
    );
  };

const refresh =
  (metadata: oauth.AuthorizationServer, { clientId }: UpstreamConfig): Send =>
  (auth, options) =>
    oauth.refreshTokenGrantRequest(metadata, { client_id: clientId }, auth, 'latchkey-doctor', options);

async function tryGrant(deps: DoctorDeps, upstream: UpstreamConfig, check: Check, send: Send): Promise<Finding> {
  const { name, authentication } = upstream;
  try {
    const response = await send(await clientAuth(authentication), options(deps, upstream));
    return judge(await readTokenAnswer(response), check, upstream);
  } catch {
    return about(`${name}: ${check}`).failed(
      'invalid response from the token endpoint',
      "Check network access and the provider's logs.",
    );
  }
}

/** Whoever knows the client says `invalid_grant`. */
function judge(answer: TokenAnswer, check: Check, { name, authentication: { method } }: UpstreamConfig): Finding {
  const { ok, warning, failed } = about(`${name}: ${check}`);
  const { status } = answer;
  const code = errorCodeOf(answer);
  if (code === 'invalid_grant' || code === 'invalid_request')
    return ok(check === 'client' ? `client credentials accepted (${method})` : 'refresh token grant allowed');
  if (check === 'refresh' && (code === 'unauthorized_client' || code === 'unsupported_grant_type')) {
    return failed(
      `the provider does not allow the refresh token grant for this client (${code})`,
      'Allow refresh tokens for this client at the provider. Until then, sessions end when "fresh" runs out.',
    );
  }
  if (code === 'invalid_client' || code === 'unauthorized_client' || status === 401) {
    return failed(
      `the provider rejected the client credentials (${method}: ${code ?? status})`,
      'Copy client_id and the secret again; the secret may have expired. For private_key_jwt, register the public key. Also check client_auth.',
    );
  }
  if (code === undefined && status < 500 && status !== 429) {
    return failed(
      `HTTP ${status} from the token endpoint, which is not an OAuth response`,
      'A firewall, a proxy or an IP allowlist between this server and the provider may have answered. Let requests to the token endpoint through.',
    );
  }
  return warning(
    `unexpected response ${status}${code === undefined ? '' : ` (${code})`} from the token endpoint`,
    'Try a real sign-in to confirm.',
  );
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
