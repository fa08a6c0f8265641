import { parseArgs } from 'node:util';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { type Io, UsageError } from '../io.ts';
import { commonOptions, openProfile } from '../options.ts';
import { current } from '../token.ts';
import { hostOptions, tokensFor } from './granted-host.ts';

export const help = `Usage: latchkey kubectl-credential [--host HOST …] [--profile P]

A credential plugin for kubectl and other Kubernetes clients. Prints an ExecCredential with an access token.

  --host HOST      also give the token to this API server (env: LATCHKEY_HOSTS, separated by spaces). Only used if the
                   kubeconfig has provideClusterInfo: true
  -p, --profile P  profile to use (env: LATCHKEY_PROFILE, default: default)
  --file F         credentials file to use instead of a profile

  kubectl config set-credentials me --exec-interactive-mode=Never --exec-command=latchkey \\
    --exec-arg=kubectl-credential --exec-api-version=client.authentication.k8s.io/v1
`;

/**
 * `latchkey kubectl-credential`.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
 */
export async function kubectlCredential(args: string[], io: Io): Promise<ExitCode> {
  const { values } = parseArgs({ args, options: { ...commonOptions, ...hostOptions } });
  const { apiVersion, server } = readExecInfo(io.env.KUBERNETES_EXEC_INFO);
  const file = openProfile(values, io);
  const url = server === undefined ? undefined : URL.parse(server);
  if (url === null) throw new UsageError('KUBERNETES_EXEC_INFO names a server that is no URL');
  // Without a server, the kubeconfig alone says which cluster gets the token.
  const tokens = url ? await tokensFor(url, file, values.host, io) : (await current(file, undefined, io)).tokens;
  if (typeof tokens === 'string') throw new UsageError(tokens);
  const expirationTimestamp = new Date(tokens.expires_at * 1_000).toISOString().replace(/\.\d+Z$/, 'Z');
  const status = { token: tokens.access_token, expirationTimestamp };
  io.out(`${JSON.stringify({ apiVersion, kind: 'ExecCredential', status })}\n`);
  return exitCode.ok;
}

const versions = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1'];

/** What kubectl says of itself. It must get the version back that it names. */
function readExecInfo(text: string | undefined): { apiVersion: string | undefined; server: string | undefined } {
  if (text === undefined) return { apiVersion: versions[0], server: undefined };
  let info: { apiVersion?: string; spec?: { cluster?: { server?: unknown } } };
  try {
    info = Object(JSON.parse(text));
  } catch {
    throw new UsageError('KUBERNETES_EXEC_INFO is not JSON');
  }
  if (!versions.includes(String(info.apiVersion))) {
    throw new UsageError(`this kubectl asks for ${info.apiVersion}; supported are ${versions.join(' and ')}`);
  }
  const server = info.spec?.cluster?.server;
  return { apiVersion: info.apiVersion, server: server === undefined ? undefined : String(server) };
}
