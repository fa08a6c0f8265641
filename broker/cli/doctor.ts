import { parseArgs } from 'node:util';
import type { Config } from '../config/types.ts';
import { examine } from '../doctor/doctor.ts';
import type { Finding } from '../doctor/finding.ts';
import { checkOutbound } from '../doctor/outbound.ts';
import type { DoctorDeps } from '../doctor/requests.ts';
import { trustCertificates } from '../trusted-certificates.ts';
import { providerFetch } from '../upstream/provider-fetch.ts';
import { configFrom } from './config-option.ts';

/** What `--help` prints. */
export const usage = `Usage: latchkey doctor [--config FILE] [--json]

Check the configuration, the provider and the network, and suggest fixes. Changes nothing. Exit code 1 = a check failed.

  --config FILE   configuration file (default: latchkey.yaml, env: LATCHKEY_CONFIG)
  --json          print one JSON object per line
`;

const marks = { ok: '✓', warning: '!', failed: '✗' } as const;

/** `latchkey doctor`. Exits with 1 if a check failed; warnings don't count. */
export async function doctor(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: { config: { type: 'string' }, json: { type: 'boolean', default: false } },
  });
  const config = configFrom(values.config === undefined ? [] : ['--config', values.config]);
  trustCertificates(config.tls);
  const deps = { fetch: providerFetch(globalThis.fetch), now: () => Date.now() };
  const counts = { ok: 0, warning: 0, failed: 0 };
  for await (const finding of allFindings(deps, config)) {
    counts[finding.level] += 1;
    process.stdout.write(`${values.json ? JSON.stringify(finding) : inWords(finding)}\n`);
  }
  if (!values.json)
    process.stdout.write(
      `\n${counts.ok} passed, ${counts.warning} ${counts.warning === 1 ? 'warning' : 'warnings'}, ${counts.failed} failed\n`,
    );
  return counts.failed > 0 ? 1 : 0;
}

async function* allFindings(deps: DoctorDeps, config: Config): AsyncGenerator<Finding> {
  yield* await checkOutbound(process.env);
  yield* examine(deps, config);
}

const inWords = (finding: Finding): string =>
  `${marks[finding.level]} ${finding.check}: ${finding.what}${'cure' in finding ? `\n    → ${finding.cure}` : ''}`;
