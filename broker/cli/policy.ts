import { parseArgs } from 'node:util';
import { parseScope } from '@latchkey/shared/scope.ts';
import { parseDuration, toSeconds } from '@latchkey/shared/time.ts';
import type { Config } from '../config/types.ts';
import type { PolicyQuestion } from '../policy/decide.ts';
import { type Explanation, explain } from '../policy/explain.ts';
import type { TokenGroups } from '../tokens/token-groups.ts';
import { storeConfigOf } from './config-option.ts';
import { UsageError } from './usage-error.ts';
import { withStore } from './with-store.ts';

/** What `--help` prints. */
export const usage = `Usage: latchkey policy explain --origin URL --resource URL --scopes "A B" [options]

Explain whether a site can get a token. Exit code 0 = allowed, 1 = denied.

  --config FILE          configuration file (default: latchkey.yaml, env: LATCHKEY_CONFIG)
  --subject SUB          Latchkey user ID; uses the user's current groups, sign-in and consents
  --groups okta:a,okta:b override groups
  --acr ACR              override the authentication level (acr)
  --signed-in-ago 2h     override the time since sign-in
  --consented "A B"      override the scopes the user has consented to
  --json                 print one JSON object
`;

const options = {
  config: { type: 'string' },
  subject: { type: 'string' },
  groups: { type: 'string' },
  origin: { type: 'string' },
  resource: { type: 'string' },
  scopes: { type: 'string' },
  acr: { type: 'string' },
  'signed-in-ago': { type: 'string' },
  consented: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

/** `latchkey policy explain`. */
export async function policy(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
  if (positionals.join(' ') !== 'explain') throw new UsageError('expected: latchkey policy explain');
  const { origin, resource } = values;
  if (origin === undefined || resource === undefined) throw new UsageError('--origin and --resource are required');
  const ago = values['signed-in-ago'] === undefined ? undefined : parseDuration(values['signed-in-ago']);
  if (values['signed-in-ago'] !== undefined && ago === undefined) {
    throw new UsageError('--signed-in-ago must be a duration such as 30s, 5m, 2h or 1d');
  }
  const config = storeConfigOf(values.config);
  const now = Date.now();
  const known = values.subject === undefined ? undefined : await personNow(config, values.subject, origin, resource);
  if (values.subject !== undefined && !known) {
    process.stderr.write(
      `latchkey: no user has the ID "${values.subject}". Run "latchkey sessions list --json" to see the IDs.\n`,
    );
    return 1;
  }
  const explanation = explain(config, {
    origin,
    resource,
    scopes: words(values.scopes) ?? [],
    claims: {
      groups: values.groups?.split(',').filter((group) => group !== '') ?? known?.claims.groups ?? [],
      groups_overage: values.groups === undefined && known?.claims.groups_overage,
      acr: values.acr ?? known?.claims.acr,
      auth_time: ago === undefined ? known?.claims.auth_time : toSeconds(now - ago),
    },
    consented: words(values.consented) ?? known?.consented,
    refused: known?.refused,
    now,
  });
  process.stdout.write(values.json ? `${JSON.stringify(explanationJson(explanation))}\n` : asText(explanation));
  return explanation.answer.allowed ? 0 : 1;
}

const words = (text: string | undefined): string[] | undefined =>
  text === undefined ? undefined : parseScope(text.replaceAll(',', ' '));

/** What the provider last said about the person, from their newest session. Empty if they have none. */
async function personNow(
  config: Config,
  sub: string,
  origin: string,
  resource: string,
): Promise<
  { claims: Partial<PolicyQuestion['claims']>; consented: string[] | undefined; refused: boolean } | undefined
> {
  return withStore(config, async (store) => {
    if (!(await store.getPerson(sub))) return undefined;
    const [sessions, consents] = [await store.listSessions(sub), await store.listConsents(sub)];
    const consent = consents.find((each) => each.origin === origin && each.resource === resource);
    const sites = await store.listSites(sub);
    const refused = sites.some((site) => site.origin === origin && site.refusedAt !== undefined);
    return { claims: sessions[0]?.claims ?? {}, consented: consent?.scopes, refused };
  });
}

function explanationJson({ answer, checks, groups: token }: Explanation) {
  return answer.allowed
    ? { allowed: true, checks, token }
    : { allowed: false, error: answer.error, check: answer.check, why: answer.why, checks, token };
}

const marks = { holds: '✓', fails: '✗', not_reached: '-' } as const;

function asText({ answer, checks, groups }: Explanation): string {
  const lines = checks.flatMap(({ check, outcome, rule, given }) => [
    `${marks[outcome].padEnd(4)} ${check.replace('_', '-').padEnd(9)} requires ${rule}`,
    `${''.padEnd(14)} actual   ${given}`,
  ]);
  const verdict = answer.allowed ? 'Allowed.' : `Denied (${answer.error}): ${answer.why}.`;
  return `${lines.join('\n')}\n\n${verdict}\n${groups === undefined ? '' : groupsLine(groups)}`;
}

const omitted = {
  config: "; others are left out, because the resource's groups setting doesn't include them",
  size: "; others are left out, because they don't fit. List the groups that the API needs under groups of the resource",
};

const groupsLine = ({ groups, groups_omitted: why }: TokenGroups): string =>
  `Groups in the token: ${groups.join(', ') || 'none'}${why === undefined ? '' : omitted[why]}.\n`;
