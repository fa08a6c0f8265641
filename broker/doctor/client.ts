import { randomBytes } from 'node:crypto';
import { isLoopbackHost } from '@latchkey/shared/origin.ts';
import * as oauth from 'oauth4webapi';
import type { UpstreamConfig } from '../config/types.ts';
import { clientAuth } from '../upstream/client-auth.ts';
import { errorCodeOf, readTokenAnswer, type TokenAnswer, text } from '../upstream/token-answer.ts';
import { waitFor } from './discovery.ts';
import { enumerate } from './enumerate.ts';
import { about, type Finding } from './finding.ts';
import { explainNoAnswer, type NoAnswer } from './no-answer.ts';
import { otherAuthentications } from './other-authentications.ts';
import type { DoctorDeps } from './requests.ts';
import { quoted, readAnswer, type SeenAnswer } from './seen-answer.ts';

/** Asks the token endpoint for both grants that the broker uses, with a code and a refresh token that can't exist. */
export async function checkClient(
  deps: DoctorDeps,
  upstream: UpstreamConfig,
  metadata: oauth.AuthorizationServer,
): Promise<Finding[]> {
  const { otherAuthentication: other } = upstream;
  const first = await checkCredentials(deps, upstream, metadata);
  const second = other && { ...upstream, authentication: other };
  const findings = second ? bothCredentials(upstream, first, await checkCredentials(deps, second, metadata)) : [first];
  const accepted = first.level === 'ok' ? upstream : second;
  if (!accepted || findings.every(({ level }) => level !== 'ok')) return findings;
  const auth = await clientAuth(accepted.authentication);
  const answer = await tryGrant(deps, accepted, refresh(metadata, accepted), auth);
  return [...findings, judgeRefresh(answer, accepted, metadata)];
}

/** With two secrets or keys, the broker uses the one that the provider accepts. Only if it accepts neither is that a failure. */
function bothCredentials({ name }: UpstreamConfig, first: Finding, second: Finding): Finding[] {
  const isUsable = [first, second].some(({ level }) => level === 'ok');
  return [first, second].map((finding, index) => {
    const check = `${name}: client, ${index === 0 ? 'first' : 'second'} of two`;
    return finding.level === 'failed' && isUsable ? { ...finding, check, level: 'warning' } : { ...finding, check };
  });
}

async function checkCredentials(
  deps: DoctorDeps,
  upstream: UpstreamConfig,
  metadata: oauth.AuthorizationServer,
): Promise<Finding> {
  const ask = (auth: oauth.ClientAuth) => tryGrant(deps, upstream, redeemCode(metadata, upstream), auth);
  const first = await ask(await clientAuth(upstream.authentication));
  const client = about(`${upstream.name}: client`);
  if (isRefused(first)) return explainRefusal(first, upstream, metadata, ask);
  if (!isKnown(first)) return unclear(first, client, metadata);
  return client.ok(`client credentials accepted (${upstream.authentication.method})`);
}

/** What became of a token request. */
type Outcome = { noAnswer: NoAnswer } | { answer: TokenAnswer; seen: SeenAnswer };
type Send = (auth: oauth.ClientAuth, options: oauth.TokenEndpointRequestOptions) => Promise<Response>;
type Grant = (metadata: oauth.AuthorizationServer, upstream: UpstreamConfig) => Send;

const redeemCode: Grant =
  (metadata, { clientId }) =>
  async (auth, options) => {
    const client = { client_id: clientId };
    const parameters = new URLSearchParams({ code: 'latchkey-doctor', state: 'doctor' });
    // As from a provider that sends iss (RFC 9207).
    if (metadata.authorization_response_iss_parameter_supported) parameters.set('iss', metadata.issuer);
    return oauth.authorizationCodeGrantRequest(
      metadata,
      client,
      auth,
      oauth.validateAuthResponse(metadata, client, parameters, 'doctor'),
      'https://latchkey.invalid/callback',
      randomBytes(32).toString('base64url'),
      options,
    );
  };

const refresh: Grant =
  (metadata, { clientId }) =>
  (auth, options) =>
    oauth.refreshTokenGrantRequest(metadata, { client_id: clientId }, auth, 'latchkey-doctor', options);

async function tryGrant(
  deps: DoctorDeps,
  upstream: UpstreamConfig,
  send: Send,
  auth: oauth.ClientAuth,
): Promise<Outcome> {
  let url = new URL(upstream.issuer);
  const { protocol, hostname } = url;
  try {
    const response = await send(auth, {
      [oauth.customFetch]: (target: string, init: oauth.CustomFetchOptions<string, unknown>) => {
        url = new URL(target);
        return deps.fetch(target, init as RequestInit);
      },
      [oauth.allowInsecureRequests]: protocol === 'http:' && isLoopbackHost(hostname),
      signal: () => AbortSignal.timeout(10_000),
    });
    return { answer: await readTokenAnswer(response), seen: await readAnswer(response, url) };
  } catch (error) {
    return { noAnswer: explainNoAnswer(error, url) };
  }
}

/** Who knows the client says `invalid_grant`. Some look at the request first. */
const isKnown = (outcome: Outcome): boolean =>
  'answer' in outcome && ['invalid_grant', 'invalid_request'].includes(errorCodeOf(outcome.answer) ?? '');

function isRefused(outcome: Outcome): outcome is Exclude<Outcome, { noAnswer: NoAnswer }> {
  if ('noAnswer' in outcome) return false;
  const code = errorCodeOf(outcome.answer);
  return code === 'invalid_client' || code === 'unauthorized_client' || outcome.answer.status === 401;
}

/** Tries what it would advise, and then advises what works. */
async function explainRefusal(
  { answer, seen }: Exclude<Outcome, { noAnswer: NoAnswer }>,
  { name, authentication, clientId }: UpstreamConfig,
  metadata: oauth.AuthorizationServer,
  retry: (auth: oauth.ClientAuth) => Promise<Outcome>,
): Promise<Finding> {
  const { failed } = about(`${name}: client`);
  const { method } = authentication;
  const said = errorCodeOf(answer) ?? seen.words;
  const others = otherAuthentications(authentication, clientId, `upstreams.${name}`);
  for (const { auth, words, cure } of others) {
    if (!isKnown(await retry(auth))) continue;
    return failed(
      `the provider rejected the client credentials with ${method} (${said}), but accepts them with ${words}`,
      cure,
    );
  }
  const tried = [method, ...others.map(({ words }) => words)];
  const listed = metadata.token_endpoint_auth_methods_supported;
  return failed(
    `the provider rejected the client credentials: ${said}${saysIn(answer, authentication)}. Tried ${enumerate(tried, 'and')}`,
    method === 'private_key_jwt'
      ? `Register the public key of upstreams.${name}.private_key_file for this client at the provider, and copy client_id again.`
      : `Copy client_id and the secret again: one of the two is wrong, or the secret has expired.${listed && !listed.includes(method) ? ` The provider lists only ${listed.join(', ')}.` : ''}`,
  );
}

/** What the provider says in `error_description`, unless it repeats a secret. */
function saysIn(answer: TokenAnswer, authentication: UpstreamConfig['authentication']): string {
  const description = text(answer.body?.error_description);
  if (description === undefined) return '';
  if ('secret' in authentication && description.includes(authentication.secret)) return '';
  return ` (${quoted(description, 300)})`;
}

function judgeRefresh(outcome: Outcome, upstream: UpstreamConfig, metadata: oauth.AuthorizationServer): Finding {
  const check = about(`${upstream.name}: refresh`);
  if (isKnown(outcome)) return check.ok('refresh token grant allowed');
  const code = 'answer' in outcome ? errorCodeOf(outcome.answer) : undefined;
  if (code !== 'unauthorized_client' && code !== 'unsupported_grant_type') return unclear(outcome, check, metadata);
  return check.failed(
    `the provider does not allow the refresh token grant for this client (${code})`,
    'Allow refresh tokens for this client at the provider. Until then, people must sign in again each time the "fresh" period ends.',
  );
}

/** No answer, or one that no OAuth server gives. */
function unclear(
  outcome: Outcome,
  { warning, failed }: ReturnType<typeof about>,
  { token_endpoint: endpoint }: oauth.AuthorizationServer,
): Finding {
  if ('noAnswer' in outcome) return failed(`${endpoint}: ${outcome.noAnswer.what}`, outcome.noAnswer.cure);
  const { status, words, retryAfterS } = outcome.seen;
  const code = errorCodeOf(outcome.answer);
  const what = `${endpoint}: ${code === undefined ? words : `HTTP ${status} with the error ${quoted(code)}`}. doctor sent an invalid authorization code and expected the error "invalid_grant"`;
  if (status === 429) return warning(what, `The provider limits requests. ${waitFor(retryAfterS)}`);
  if (status >= 500)
    return warning(
      what,
      'The provider, or a proxy in front of it, has a problem of its own. If a sign-in fails too, look into its log or status page.',
    );
  if (code === undefined)
    return failed(
      what,
      "This isn't an OAuth response: a firewall, a proxy or an IP allowlist between this server and the provider may have answered. Allow requests from this machine to the token endpoint.",
    );
  return warning(what, 'Try a real sign-in to confirm.');
}
