import type { AuthorizationServer } from 'oauth4webapi';
import type { Config } from '../config/types.ts';
import { checkExtension } from './extension.ts';
import type { Finding } from './finding.ts';
import { checkAdvice, checkStorage } from './local.ts';
import { checkMixUp } from './mix-up.ts';
import { checkProvider } from './provider.ts';
import { checkPublic } from './public.ts';
import type { DoctorDeps } from './requests.ts';
import { checkSecretExpiry } from './secret-expiry.ts';

/** Checks everything that a sign-in goes through, in that order. Changes nothing, here or at the provider. */
export async function* examine(deps: DoctorDeps, config: Config): AsyncGenerator<Finding> {
  // The event stream is watched for a while. Meanwhile, the other checks run.
  const publicFindings = checkPublic(deps, config);
  publicFindings.catch(() => undefined);
  yield* checkAdvice(config);
  yield* checkExtension(config);
  yield* await checkStorage(config);
  const discovered = new Map<string, AuthorizationServer>();
  for (const upstream of config.upstreams.values()) {
    const { metadata, findings } = await checkProvider(deps, config, upstream);
    if (metadata) discovered.set(upstream.name, metadata);
    yield* findings;
    yield* checkSecretExpiry(upstream, deps.now());
  }
  yield* checkMixUp(discovered);
  yield* await publicFindings;
}
