import type { AuthorizationServer } from 'oauth4webapi';
import { about, type Finding } from './finding.ts';
import { ask, type DoctorDeps } from './requests.ts';
import { readAnswer } from './seen-answer.ts';

/** Without the provider's public keys, no ID token can be verified. They are often on another host than the rest. */
export async function checkProviderKeys(
  deps: DoctorDeps,
  name: string,
  { jwks_uri: url }: AuthorizationServer,
): Promise<Finding[]> {
  if (url === undefined || !URL.canParse(url)) return [];
  const keys = about(`${name}: keys`);
  const answer = await ask(deps, url);
  if ('noAnswer' in answer) return [keys.failed(`${url}: ${answer.noAnswer.what}`, answer.noAnswer.cure)];
  const { status, json, words } = await readAnswer(answer.response, url);
  if (status === 200 && Array.isArray(json?.keys) && json.keys.length > 0)
    return [keys.ok(`${json.keys.length} public ${json.keys.length === 1 ? 'key' : 'keys'} at ${url}`)];
  return [
    keys.failed(
      `${url}: ${words}; expected a JSON document with "keys"`,
      "Nobody can sign in while the broker can't read these keys. Open the address with curl on this machine. If that works, a firewall or proxy treats the broker differently. Otherwise, ask the provider.",
    ),
  ];
}
