import type { Config } from '../config/types.ts';
import { certificateOf } from './certificate.ts';
import { about, type Finding } from './finding.ts';
import { addressInWords, checkPorts, findLocalBroker } from './local-broker.ts';
import { isCertificateError, isUnknownAuthority, type NoAnswer } from './no-answer.ts';
import { checkProxy } from './proxy.ts';
import { ask, type DoctorDeps } from './requests.ts';
import { quoted, readAnswer } from './seen-answer.ts';

const address = about('public address');

/** Checks how the broker looks from outside, through any proxy. */
export async function checkPublic(deps: DoctorDeps, config: Config): Promise<Finding[]> {
  const { issuer } = config;
  const url = new URL('/.well-known/oauth-authorization-server', issuer);
  const metadata = await ask(deps, url);
  if ('noAnswer' in metadata) return explainUnreachable(deps, config, metadata.noAnswer);
  const { status, json, words } = await readAnswer(metadata.response, url);
  if (status !== 200 || json?.issuer !== issuer) {
    const named = typeof json?.issuer === 'string' ? ` that names the issuer ${quoted(json.issuer)}` : '';
    const { runs, findings } = await findLocalBroker(deps, config);
    return [
      address.failed(
        `${url} returned ${words}${named}; expected this broker's document with "issuer": ${quoted(issuer)}`,
        runs
          ? `The broker runs at ${addressInWords(config.listen)} ("listen"). Make the proxy forward every path of ${issuer} to it.`
          : `Start the broker (latchkey serve), and make the proxy forward every path of ${issuer} to ${addressInWords(config.listen)} ("listen"). Also check that "issuer" is the public URL.`,
      ),
      ...findings,
      ...(runs || findings.length > 0 ? [] : await checkPorts(config)),
    ];
  }
  const page = await ask(deps, `${issuer}/device`);
  return [
    address.ok(`${issuer} is this broker`),
    ...(await checkOwnCertificate(deps, issuer)),
    ...('response' in page ? checkHeaders(page.response, issuer) : []),
    ...(await checkProxy(deps, config)),
  ];
}

async function explainUnreachable(
  deps: DoctorDeps,
  config: Config,
  { code, what, cure }: NoAnswer,
): Promise<Finding[]> {
  const { issuer } = config;
  if (isCertificateError(code)) {
    const seen = await certificateOf(new URL(issuer));
    return [
      address.failed(
        `${issuer}: ${what}${seen ? `. It shows ${seen.words}` : ''}. Browsers refuse it, too${isUnknownAuthority(code) ? ', unless they know its certificate authority' : ''}`,
        cure,
      ),
    ];
  }
  const { runs, findings } = await findLocalBroker(deps, config);
  if (runs) {
    return [
      address.failed(
        `${issuer}: ${what}. The broker itself runs at ${addressInWords(config.listen)} ("listen")`,
        `Start the proxy that forwards ${issuer} to the broker. If it runs, check its address and port.`,
      ),
    ];
  }
  return [
    address.warning(
      `${issuer}: ${what}, and the broker doesn't run at ${addressInWords(config.listen)} ("listen")`,
      'Fix any other problems first. Then start the broker (latchkey serve) and its reverse proxy, and run doctor again to check the proxy.',
    ),
    ...findings,
    ...(findings.length > 0 ? [] : await checkPorts(config)),
  ];
}

/** Less than a tenth of the lifetime is left: whatever renews it has failed, for certificates of a week as of a year. */
const leftOfLifetime = 0.1;

async function checkOwnCertificate({ now }: DoctorDeps, issuer: string): Promise<Finding[]> {
  const url = new URL(issuer);
  const seen = url.protocol === 'https:' ? await certificateOf(url) : undefined;
  if (!seen || seen.validTo - now() > leftOfLifetime * (seen.validTo - seen.validFrom)) return [];
  return [
    about('certificate').warning(
      `the certificate of ${url.host} expires soon: ${seen.words}`,
      'Renew it, and find out why that did not happen by itself. Once it has expired, nobody can sign in.',
    ),
  ];
}

function checkHeaders(response: Response, issuer: string): Finding[] {
  const proxy = about('proxy');
  const findings: Finding[] = [];
  const cookies = response.headers.getSetCookie().filter((cookie) => cookie.startsWith('__Host-'));
  if (cookies.length === 0) {
    findings.push(
      proxy.failed(
        'the proxy removes the response header Set-Cookie, so nobody can sign in',
        'Pass Set-Cookie through unchanged.',
      ),
    );
  }
  for (const cookie of cookies) {
    const intact = /; *path=\/(;|$)/i.test(cookie) && /; *secure(;|$)/i.test(cookie) && !/; *domain=/i.test(cookie);
    if (intact) continue;
    findings.push(
      proxy.failed(
        'the proxy changes the cookie of /device, so browsers drop it and nobody can sign in there',
        'Remove the settings that rewrite the path, domain or flags of cookies (nginx: proxy_cookie_path, proxy_cookie_domain, proxy_cookie_flags).',
      ),
    );
  }
  if (!response.headers.has('X-Request-Id') || !response.headers.has('Content-Security-Policy')) {
    findings.push(
      proxy.failed(
        "the proxy removes the broker's security headers (such as Content-Security-Policy), so other sites could show its pages in a frame",
        'Pass response headers through unchanged.',
      ),
    );
  }
  if (issuer.startsWith('https:') && !response.headers.has('Strict-Transport-Security')) {
    findings.push(
      proxy.failed(
        'the proxy removes the response header Strict-Transport-Security, so a browser may use http: for the first request',
        'Pass it through unchanged.',
      ),
    );
  }
  return findings.length > 0 ? findings : [proxy.ok('cookies and response headers arrive unchanged')];
}
