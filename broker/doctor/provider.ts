import type { AuthorizationServer } from 'oauth4webapi';
import type { Config, UpstreamConfig } from '../config/types.ts';
import { checkClient } from './client.ts';
import { type CheckedProvider, checkDiscovery } from './discovery.ts';
import { enumerate } from './enumerate.ts';
import { about, type Finding } from './finding.ts';
import { checkProviderKeys } from './provider-keys.ts';
import { checkRedirectUri } from './redirect-uri.ts';
import type { DoctorDeps } from './requests.ts';
import { checkScopes } from './scopes.ts';

/** Checks what the identity provider says about itself and about us. Changes nothing there and signs nobody in. */
export async function checkProvider(
  deps: DoctorDeps,
  config: Config,
  upstream: UpstreamConfig,
): Promise<CheckedProvider> {
  const { metadata, findings } = await checkDiscovery(deps, upstream);
  if (!metadata) return { findings };
  const missing = checkEndpoints(upstream, metadata);
  findings.push(...missing);
  if (missing.some(({ level }) => level === 'failed')) return { metadata, findings };
  findings.push(...(await checkProviderKeys(deps, upstream.name, metadata)));
  const client = await checkClient(deps, upstream, metadata);
  const isClientKnown = client.some(
    ({ check, level }) => check.startsWith(`${upstream.name}: client`) && level === 'ok',
  );
  findings.push(...client);
  let registered: string | undefined;
  for (const redirectUri of [`${config.issuer}/callback`, ...config.extension.redirectUris]) {
    const finding = await checkRedirectUri(deps, upstream, redirectUri, isClientKnown);
    if (finding.level === 'ok') registered ??= redirectUri;
    // One line says for all that they were not checked.
    if (!findings.some(({ check, what }) => check === finding.check && what === finding.what)) findings.push(finding);
  }
  if (registered !== undefined) {
    const offline = config.devices.size > 0 ? 'device' : 'browser';
    findings.push(...(await checkScopes(deps, upstream, registered, offline)));
  }
  return { metadata, findings };
}

function checkEndpoints({ name }: UpstreamConfig, metadata: AuthorizationServer): Finding[] {
  const check = about(`${name}: metadata`);
  const required = ['authorization_endpoint', 'token_endpoint', 'jwks_uri'] as const;
  const missing = required.filter((endpoint) => !metadata[endpoint]);
  if (missing.length === 0) return [check.ok('all required endpoints are there')];
  return [
    check.failed(
      `the discovery document has no ${missing.join(', no ')}`,
      `Latchkey needs ${enumerate(required, 'and')}. Check the issuer. If it is right, this provider isn't supported.`,
    ),
  ];
}
