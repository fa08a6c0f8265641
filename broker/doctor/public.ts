import type { Config } from '../config/types.ts';
import { about, type Finding } from './finding.ts';
import { ask, type DoctorDeps } from './requests.ts';

/** Checks how the broker looks from outside, through any proxy. */
export async function checkPublic(deps: DoctorDeps, { issuer }: Config): Promise<Finding[]> {
  const url = about('public address');
  const metadata = await ask(deps, `${issuer}/.well-known/oauth-authorization-server`);
  if ('unreachable' in metadata) {
    return [
      url.warning(
        `${issuer}: ${metadata.unreachable}`,
        'Start the broker (latchkey serve) and its reverse proxy, then run doctor again.',
      ),
    ];
  }
  const body = (await metadata.response.json().catch(() => undefined)) as { issuer?: unknown } | undefined;
  if (metadata.response.status !== 200 || body?.issuer !== issuer) {
    return [
      url.failed(
        `${issuer} returned ${metadata.response.status}, or isn't this broker`,
        'Make sure that the proxy forwards every path of this host to "listen", and that "issuer" is the public URL.',
      ),
    ];
  }
  const page = await ask(deps, `${issuer}/device`);
  const answers = url.ok(`${issuer} is this broker`);
  return 'response' in page ? [answers, ...checkHeaders(page.response, issuer)] : [answers];
}

function checkHeaders(response: Response, issuer: string): Finding[] {
  const proxy = about('proxy');
  const findings: Finding[] = [];
  const cookies = response.headers.getSetCookie().filter((cookie) => cookie.startsWith('__Host-'));
  if (cookies.length === 0) {
    findings.push(proxy.failed('the proxy removes Set-Cookie', 'Pass Set-Cookie through unchanged.'));
  }
  for (const cookie of cookies) {
    const intact = /; *path=\/(;|$)/i.test(cookie) && /; *secure(;|$)/i.test(cookie) && !/; *domain=/i.test(cookie);
    if (intact) continue;
    findings.push(
      proxy.failed(
        'the proxy changes the cookie of /device, so browsers drop it',
        'Remove the settings that rewrite the path, domain or flags of cookies (nginx: proxy_cookie_path, proxy_cookie_domain, proxy_cookie_flags).',
      ),
    );
  }
  if (!response.headers.has('X-Request-Id') || !response.headers.has('Content-Security-Policy')) {
    findings.push(
      proxy.failed("the proxy removes the broker's security headers", 'Pass response headers through unchanged.'),
    );
  }
  if (issuer.startsWith('https:') && !response.headers.has('Strict-Transport-Security')) {
    findings.push(proxy.failed('the proxy removes Strict-Transport-Security', 'Pass it through unchanged.'));
  }
  return findings.length > 0 ? findings : [proxy.ok('cookies and headers arrive unchanged')];
}
