import { stringify } from 'yaml';
import { presetOf } from '../../config/provider-presets.ts';
import type { Answers } from './answers.ts';

/** The environment variable that holds the client's secret. */
export const secretVariable = ({ preset }: Pick<Answers, 'preset'>): string =>
  `${preset.toUpperCase().replaceAll('-', '_')}_CLIENT_SECRET`;

/** A first `latchkey.yaml`: one provider, one site, one API with one scope, a command line. */
export function firstConfig(answers: Answers, keysFile: string): string {
  const { issuer, preset, upstream, clientId, site, api } = answers;
  const q = (text: string) => stringify(text, { lineWidth: 0 }).trim();
  const scopes = ['openid', 'profile', 'email', ...(presetOf(preset).offlineScope ? ['offline_access'] : [])];
  return `# latchkey doctor --config <this file> looks at all that a sign-in goes through.
issuer: ${q(issuer)}
listen: 127.0.0.1:8787
trusted_proxies: [127.0.0.1/32] # the TLS proxy before it, here on the same machine
store: sqlite:./latchkey.db # postgres://… where there are several brokers
keys_file: ${q(keysFile)}
upstreams:
  ${preset}:
    issuer: ${q(upstream)}
    client_id: ${q(clientId)}
    client_secret: \${${secretVariable(answers)}}
    preset: ${preset}
    scopes: [${scopes.join(', ')}]
    # refresh_leeway: 30s # for how long the provider accepts a rotated refresh token again, if it rotates them
extension:
  chrome_ids: [] # ids of your builds, once you have them: docs/permissions.md
  firefox_ids: []
resources:
  ${q(api)}:
    name: ${q(new URL(api).host)}
    scopes:
      read: See what is yours # what people read before they agree; then the names that your API knows
origins:
  ${q(site)}:
    name: ${q(new URL(site).host)}
    allow:
      ${q(api)}: [read]
    # groups: [${preset}:staff] # only for these; without it, for everybody who can sign in
devices:
  cli:
    name: Command line
    allow:
      ${q(api)}: [read]
    grant: both
`;
}
