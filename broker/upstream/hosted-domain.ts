import type { IDToken } from 'oauth4webapi';
import type { UpstreamConfig } from '../config/types.ts';

/**
 * Whether an account is of the Google Workspace domain that `authorization_params: { hd }` asks for. In the request, `hd`
 * only shapes the account chooser, and a person can change it there; what counts is the claim. `*` stands for any domain.
 *
 * @see https://developers.google.com/identity/openid-connect/openid-connect#hd-param
 */
export function isOfHostedDomain(
  { preset, authorizationParams }: Pick<UpstreamConfig, 'preset' | 'authorizationParams'>,
  { hd }: Pick<IDToken, string>,
): boolean {
  const wanted = preset === 'google' ? authorizationParams.hd : undefined;
  if (wanted === undefined) return true;
  return typeof hd === 'string' && hd !== '' && (wanted === '*' || hd.toLowerCase() === wanted.toLowerCase());
}
