import { realpath } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { clientCredentialsGrantRequest, processClientCredentialsResponse } from 'oauth4webapi';
import { DeviceError, type DeviceErrorCode } from '../device/device-error.ts';
import type { Sentences } from '../device/explain.ts';
import { retry } from '../device/retry.ts';
import { discover } from '../device/server.ts';
import { toTokens } from '../device/tokens.ts';
import { type ExitCode, exitCode } from './exit-code.ts';
import { type Io, UsageError } from './io.ts';
import { checkPrintOptions, printOptions, printToken } from './print-token.ts';
import { authenticationOptions, serviceAuthentication } from './service-authentication.ts';

export const help = `Usage: latchkey services token --issuer URL --client ID [--resource R] [--scope S]
                               [--secret-file F | --key-file F] [--output FILE] [--json | --curl]

Print an access token for a service, such as a job in CI, which acts for itself and not for a person.

  --issuer URL     URL of the broker (env: LATCHKEY_ISSUER)
  --client ID      the service's name in the broker's configuration (env: LATCHKEY_CLIENT_ID)
  --resource R     the API that the token is for. Required if the service may call more than one
  --scope S        scopes, separated by spaces (default: all that the service may have)
  --secret-file F  file with the service's secret; - reads stdin, and in a terminal asks for the secret and doesn't show
                   it. Or put the secret in LATCHKEY_CLIENT_SECRET
  --key-file F     file with the service's private key, a JWK; - reads a pipe. Or put the JWK in
                   LATCHKEY_CLIENT_KEY
  --output FILE    write the token to a file that only you can read, instead of stdout
  --curl           print a configuration for curl, so that the token appears in no process list
  --json           print {"access_token","token_type","expires_at","scope","resource"} instead

  latchkey services token --curl | curl --config - https://api.example.com/v1/orders
`;

const needsProofs: readonly [DeviceErrorCode, string] = [
  'refused',
  "This API requires DPoP, which this command doesn't support. Use an OAuth library.",
];

const sentences: Sentences = new Map([
  [
    'invalid_client',
    [
      'refused',
      'The broker doesn\'t accept this client or its credentials. Check --client, and "services" in the broker\'s configuration.',
    ],
  ],
  [
    'unauthorized_client',
    ['refused', 'This client isn\'t a service. Check it against "services" in the broker\'s configuration.'],
  ],
  ['invalid_scope', ['refused', "This service isn't allowed to request these scopes."]],
  ['invalid_dpop_proof', needsProofs],
  ['use_dpop_nonce', needsProofs],
  [
    'invalid_target',
    ['refused', "This service isn't allowed to access this API. If it may call several, choose one with --resource."],
  ],
]);

/** A job has time, in seconds. Nothing is lost by a late try: this grant has nothing that is used up. */
const patience = 300;
/** A pause that is worth a line, in seconds. */
const noticeable = 5;

/**
 * `latchkey services token` prints a token from the client credentials grant (RFC 6749 §4.4). Nothing is stored: each call
 * asks the broker.
 */
export async function servicesToken(args: string[], io: Io): Promise<ExitCode> {
  const { values } = parseArgs({
    args,
    options: {
      issuer: { type: 'string' },
      client: { type: 'string' },
      resource: { type: 'string' },
      scope: { type: 'string' },
      ...authenticationOptions,
      ...printOptions,
      json: { type: 'boolean', default: false },
    },
  });
  checkPrintOptions(values);
  requireContent(values);
  await requireOtherFile(values);
  const issuer = required(values.issuer ?? io.env.LATCHKEY_ISSUER, '--issuer');
  const clientId = required(values.client ?? io.env.LATCHKEY_CLIENT_ID, '--client');
  const { resource, scope } = values;
  const auth = await serviceAuthentication(values, io);
  const parameters = new URLSearchParams();
  if (resource !== undefined) parameters.set('resource', resource);
  if (scope !== undefined) parameters.set('scope', scope);
  const { fetch, now, sleep, signal } = io;
  const onPause = (seconds: number) => tellOfPause(seconds, issuer, io);
  const persistently = { sleep, signal, now, until: now() + patience * 1_000, onPause };
  const { as, client, http, attempt } = await retry(
    () => discover({ issuer, clientId, fetch, signal }, false, sentences),
    persistently,
  );
  const tokens = await retry(
    () =>
      attempt(async () => {
        const response = await clientCredentialsGrantRequest(as, client, auth, parameters, http);
        const tokens = toTokens(await processClientCredentialsResponse(as, client, response), now());
        if (tokens.token_type === 'Bearer') return tokens;
        throw new DeviceError(
          'bad_answer',
          `${issuer} returned a token that needs proofs, which this command can't make.`,
        );
      }),
    persistently,
  );
  await printToken({ ...tokens, resource }, values, io);
  return exitCode.ok;
}

/** Whoever watches a job wants to know why it does nothing. */
function tellOfPause(seconds: number, issuer: string, { err }: Pick<Io, 'err'>): void {
  if (seconds >= noticeable) err(`latchkey services token: ${issuer} is busy. Trying again in ${seconds} s…\n`);
}

/** An unset variable of a script must not mean "all scopes". */
function requireContent(values: Readonly<Record<string, unknown>>): void {
  const empty = Object.keys(values).find((name) => values[name] === '');
  if (empty !== undefined) throw new UsageError(`--${empty} is empty`);
}

/** The token must not replace the service's only key. */
async function requireOtherFile(values: {
  output?: string | undefined;
  'secret-file'?: string | undefined;
  'key-file'?: string | undefined;
}): Promise<void> {
  const real = (path: string | undefined) =>
    path === undefined || path === '-' ? undefined : realpath(path).catch(() => undefined);
  const output = await real(values.output);
  const inputs = [await real(values['secret-file']), await real(values['key-file'])];
  if (output !== undefined && inputs.includes(output))
    throw new UsageError('--output names the file of the secret or key, which the token would replace');
}

function required(value: string | undefined, option: string): string {
  if (value) return value;
  throw new UsageError(`${option} is missing`);
}
