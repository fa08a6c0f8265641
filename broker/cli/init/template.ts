import { stringify } from 'yaml';
import { presetOf } from '../../config/provider-presets.ts';
import type { Answers } from './answers.ts';
import { type ExtensionIdentity, extensionSection } from './extension.ts';
import { issuerOf } from './provider-rules.ts';

/** The environment variable that holds the client's secret. */
export const secretVariable = ({ name }: Pick<Answers, 'name'>): string =>
  `${name.toUpperCase().replaceAll('-', '_')}_CLIENT_SECRET`;

/** A first `latchkey.yaml`: one provider, one site, one API with one scope, a command line. */
export function firstConfig(answers: Answers, keysFile: string, extension: ExtensionIdentity): string {
  const { issuer, preset, name, clientId, site, api } = answers;
  const { groupsScope, offlineScope } = presetOf(preset);
  const q = (text: string) => stringify(text, { lineWidth: 0 }).trim();
  const scopes = [
    'openid',
    'profile',
    'email',
    ...(groupsScope ? ['groups'] : []),
    ...(offlineScope ? ['offline_access'] : []),
  ];
  return `# Check this file with: latchkey doctor --config <this file>
issuer: ${q(issuer)}
listen: 127.0.0.1:8787
trusted_proxies: [127.0.0.1/32] # the TLS proxy in front of the broker, on the same machine
store: sqlite:./latchkey.db # postgres://… to run several brokers
keys_file: ${q(keysFile)}
upstreams:
  ${name}: # its groups are written ${name}:staff
    issuer: ${q(issuerOf(preset, answers.upstream))}
    client_id: ${q(clientId)}
    client_secret: \${${secretVariable(answers)}}
    preset: ${preset}
    scopes: [${scopes.join(', ')}]
    # refresh_leeway: 30s # the provider's grace period for rotated refresh tokens, if it rotates them
${extensionSection(extension)}resources:
  ${q(api)}:
    name: ${q(new URL(api).host)}
    scopes:
      read: View your data # shown to users on the consent screen; replace with your API's scopes
origins:
  ${q(site)}:
    name: ${q(new URL(site).host)}
    allow:
      ${q(api)}: [read]
    # groups: [${name}:staff] # only for these groups; without this line, everyone who can sign in
devices:
  cli:
    name: Command line
    allow:
      ${q(api)}: [read]
    grant: both
`;
}
