import type { Config } from '../config/types.ts';
import type { Finding } from './finding.ts';
import { checkAdvice, checkStorage } from './local.ts';
import { checkProvider } from './provider.ts';
import { checkPublic } from './public.ts';
import type { DoctorDeps } from './requests.ts';

/** Looks at everything that a sign-in goes through, in that order. It changes nothing, here or at the provider. */
export async function* examine(deps: DoctorDeps, config: Config): AsyncGenerator<Finding> {
  yield* checkAdvice(config);
  yield* await checkStorage(config);
  for (const upstream of config.upstreams.values()) yield* await checkProvider(deps, config, upstream);
  yield* await checkPublic(deps, config);
}
