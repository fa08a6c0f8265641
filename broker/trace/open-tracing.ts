import type { KeyRing } from '../keys/ring.ts';
import { errorSummary, type Log } from '../log.ts';
import { readTraceSettings } from './trace-settings.ts';
import { noTracing, type Tracing } from './tracing.ts';

/**
 * Turns traces on if the environment names a collector. The packages of OpenTelemetry are optional, and are loaded only
 * then. If they are missing, or a variable is wrong, the error is logged and the broker serves without traces: nobody
 * loses a sign-in for it.
 */
export async function openTracing(
  env: Readonly<Record<string, string | undefined>>,
  deps: { ring: KeyRing; log: Log; now: () => number; version: string },
): Promise<Tracing> {
  try {
    const settings = readTraceSettings(env);
    if (!settings) return noTracing;
    const { createOpenTelemetry } = await import('./open-telemetry.ts');
    deps.log.info({ event: 'tracing', ratio: settings.ratio });
    return createOpenTelemetry({ ...deps, settings });
  } catch (error) {
    deps.log.error({ event: 'tracing_off', cause: errorSummary(error), cure: cureOf(error) });
    return noTracing;
  }
}

const cureOf = (error: unknown): string | undefined =>
  (error as { code?: unknown }).code === 'ERR_MODULE_NOT_FOUND'
    ? 'Install the optional packages: npm install without --omit=optional, or add the package that the cause names'
    : undefined;
