import * as oauth from 'oauth4webapi';
import type { UpstreamConfig } from '../config/types.ts';
import { expectedIssuer } from '../upstream/discovery.ts';
import { certificateOf } from './certificate.ts';
import { checkClock } from './clock.ts';
import { about, type Finding } from './finding.ts';
import { isCertificateError } from './no-answer.ts';
import { ask, type DoctorDeps } from './requests.ts';
import { quoted, readAnswer, type SeenAnswer } from './seen-answer.ts';

/** The findings about one provider, and its metadata if there are any. */
export interface CheckedProvider {
  metadata?: oauth.AuthorizationServer;
  findings: Finding[];
}

/** Reads the provider's metadata as the broker does, and says what came instead if they are of no use. */
export async function checkDiscovery(deps: DoctorDeps, upstream: UpstreamConfig): Promise<CheckedProvider> {
  const { name, issuer, discoveryUrl } = upstream;
  const discovery = about(`${name}: discovery`);
  const url = new URL(discoveryUrl ?? `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
  const answer = await ask(deps, url);
  if ('noAnswer' in answer) {
    const { code, what, cure } = answer.noAnswer;
    const seen = isCertificateError(code) ? await certificateOf(url) : undefined;
    return { findings: [discovery.failed(`${url}: ${what}${seen ? `. It shows ${seen.words}` : ''}`, cure)] };
  }
  const { response } = answer;
  const clock = checkClock(deps, name, response);
  const seen = await readAnswer(response.clone(), url);
  try {
    const metadata = await oauth.processDiscoveryResponse(await expectedIssuer(new URL(issuer), response), response);
    return { metadata, findings: [discovery.ok(`${url} names the issuer ${metadata.issuer}`), ...clock] };
  } catch {
    const { what, cure } = problemOf(seen, upstream);
    return { findings: [discovery.failed(`${url}: ${what}`, cure), ...clock] };
  }
}

function problemOf(seen: SeenAnswer, { name, issuer }: UpstreamConfig): { what: string; cure: string } {
  const { status, words, json, leadsTo, retryAfterS } = seen;
  const instead = `${words}; expected a JSON document with "issuer": ${quoted(issuer)}`;
  if (status === 429) return { what: words, cure: `The provider limits requests. ${waitFor(retryAfterS)}` };
  if (status >= 500)
    return {
      what: words,
      cure: 'The provider, or a proxy in front of it, has a problem of its own. Check its status page, and run doctor again later.',
    };
  if (leadsTo !== undefined)
    return {
      what: instead,
      cure: `The broker doesn't follow redirects. If that address is your provider's, set upstreams.${name}.issuer to the part before /.well-known. If it is a sign-in page or a captive portal, something between this machine and the provider answers.`,
    };
  if (status === 401 || status === 403) return { what: instead, cure: somethingBetween };
  if (status !== 200)
    return {
      what: instead,
      cure: `Set upstreams.${name}.issuer to your provider's issuer, with its path: ${issuerExamples}.`,
    };
  if (json === undefined)
    return { what: instead, cure: `A maintenance page, a captive portal or a proxy answers. ${somethingBetween}` };
  if (typeof json.issuer !== 'string')
    return {
      what: `${words} with JSON that has no "issuer"; expected "issuer": ${quoted(issuer)}`,
      cure: `Something other than an OpenID provider answers at this address. Set upstreams.${name}.issuer to your provider's issuer: ${issuerExamples}.`,
    };
  if (json.issuer.includes('{'))
    return {
      what: `the document names the issuer ${quoted(json.issuer)}, a template for many tenants`,
      cure: `Set upstreams.${name}.issuer to your own tenant's issuer: https://login.microsoftonline.com/TENANT-ID/v2.0.`,
    };
  return {
    what: `the document names the issuer ${quoted(json.issuer)}, but upstreams.${name}.issuer is ${quoted(issuer)}`,
    cure: `If ${quoted(json.issuer)} is your provider, set upstreams.${name}.issuer to it. Otherwise, correct the host or the path: this is another tenant, or a proxy that changes the provider's host name.`,
  };
}

const issuerExamples =
  'https://ORG.okta.com/oauth2/default, https://HOST/realms/REALM (Keycloak), https://login.microsoftonline.com/TENANT-ID/v2.0 (Entra ID)';

const somethingBetween =
  'Open the address with curl on this machine, and allow requests from this machine to the provider.';

/** When to try again, as the provider says. */
export const waitFor = (seconds: number | undefined): string =>
  `${seconds === undefined ? 'Wait a minute' : `Wait ${seconds} s`}, then run doctor again. If this continues, ask the provider for a higher limit for this machine's address.`;
