import { toSeconds } from '@latchkey/shared/time.ts';
import type { IDToken, UserInfoResponse } from 'oauth4webapi';
import type { UpstreamConfig } from '../config/types.ts';
import { OAuthError } from '../errors.ts';
import type { GrantClaims } from '../store/store.ts';
import { isProviderId, isReadable, numericDate, personName, providerText } from './provider-values.ts';
import type { Identity } from './types.ts';

type Claims = Readonly<Record<string, unknown>>;
type Source = Pick<UpstreamConfig, 'name' | 'groupsClaim'>;

/** What the provider said about the person. */
export interface Said {
  idToken: IDToken | undefined;
  userInfo: UserInfoResponse | undefined;
  /** When it was received, in epoch milliseconds. */
  at: number;
}

/** How far the provider's clock may be ahead of ours. */
const iatAheadS = 300;
/** `auth_time` and `iat` are by the same clock, or by two of the same provider. */
const authTimeAheadS = 60;
/** OpenID Connect Core §2 limits `sub` to 255 characters. */
const longestSub = 255;
/** Longer text is not what its claim is for, and would not fit into a token. */
const longestText = 1_000;

const text = (value: unknown): string | undefined => {
  const said = providerText(value);
  return said !== undefined && said.length <= longestText ? said : undefined;
};
const nameIn = (value: unknown): string | undefined => {
  const said = text(value);
  return said && personName(said);
};
/** A user name or an address. */
const accountIn = (value: unknown): string | undefined => {
  const said = text(value);
  return said !== undefined && isReadable(said) ? said : undefined;
};
const texts = (value: unknown): string[] => (Array.isArray(value) ? value.flatMap((item) => text(item) ?? []) : []);

/**
 * Extracts the identity. Groups come from the ID token, or else from UserInfo; if both lack them, there are none.
 *
 * @param upstream the provider's configured name, which qualifies its groups, and the name of the groups claim
 * @throws {OAuthError} `upstream_error` if `sub` can't identify a person, or no logout could name or date the sign-in, and
 *   as {@link toClaims} does
 */
export function toIdentity(upstream: Source, said: Said & { idToken: IDToken }): Identity {
  const { idToken } = said;
  if (!isSubject(idToken.sub)) throw unusable(`a sub that is not 1 to ${longestSub} visible characters`);
  const sid = typeof idToken.sid === 'string' && idToken.sid !== '' ? idToken.sid : undefined;
  if (sid !== undefined && !isProviderId(sid)) throw unusable('a sid that is too long or cannot be stored');
  const iat = numericDate(idToken.iat);
  if (iat === undefined) throw unusable('an iat that is no date');
  return {
    issuer: idToken.iss,
    idpSub: idToken.sub,
    sid,
    issuedAt: iat * 1_000,
    claims: toClaims(upstream, said),
  };
}

/** @throws {OAuthError} `upstream_error` if `iat` or `auth_time` is in the future, as a number of milliseconds is */
export function toClaims(upstream: Source, said: Said): GrantClaims {
  const { idToken, userInfo } = said;
  const claims: Claims = { ...userInfo, ...idToken };
  const amr = texts(claims.amr);
  const groups = readGroups(idToken?.[upstream.groupsClaim]) ?? readGroups(userInfo?.[upstream.groupsClaim]) ?? [];
  const email = accountIn(claims.email);
  return {
    groups: groups.map((group) => `${upstream.name}:${group}`),
    groups_overage: isOverage(upstream, said),
    name: nameIn(claims.name) ?? nameIn(claims.preferred_username),
    preferred_username: accountIn(claims.preferred_username),
    login_hint: text(claims.login_hint),
    email,
    email_verified: email === undefined ? undefined : isVerified(email, [idToken, userInfo]),
    auth_time: authTime(claims.auth_time, said),
    acr: text(claims.acr),
    amr: amr.length > 0 ? amr : undefined,
  };
}

/**
 * Reads a groups claim. A text is one group, as some providers send for a person in only one.
 *
 * @returns `undefined` if the claim is absent or is neither a text nor a list
 */
export function readGroups(claim: unknown): string[] | undefined {
  if (typeof claim === 'string') return texts([claim]);
  return Array.isArray(claim) ? texts(claim) : undefined;
}

/** Whether a groups claim has parts that {@link readGroups} leaves out. */
export const isGroupsUnreadable = (claim: unknown): boolean =>
  !['', null, undefined].some((none) => claim === none) &&
  readGroups(claim)?.length !== (Array.isArray(claim) ? claim.length : 1);

/**
 * Whether the provider left the groups out because there are too many, and says where to ask for them instead (OpenID
 * Connect Core §5.6.2), as Entra does.
 */
export function isOverage(
  { groupsClaim }: Pick<Source, 'groupsClaim'>,
  { idToken, userInfo }: Omit<Said, 'at'>,
): boolean {
  const isListed = [idToken, userInfo].some((source) => readGroups(source?.[groupsClaim]) !== undefined);
  const elsewhere = idToken?._claim_names;
  const isElsewhere = typeof elsewhere === 'object' && elsewhere !== null && groupsClaim in elsewhere;
  return !isListed && (isElsewhere || idToken?.hasgroups === true);
}

/**
 * A time in the future would satisfy every `max_age`, and a sign-in from the future would outlast every logout. Times in
 * milliseconds are far in the future.
 */
function authTime(claim: unknown, { idToken, at }: Said): number | undefined {
  const iat = idToken?.iat ?? toSeconds(at);
  if (iat > toSeconds(at) + iatAheadS)
    throw unusable("an iat in the future: its clock or the broker's is wrong, or the value is not in seconds");
  if (typeof claim !== 'number') return undefined;
  if (claim > iat + authTimeAheadS)
    throw unusable('an auth_time in the future: a clock is wrong, or the value is not in seconds');
  return numericDate(claim);
}

/** Whether `sub` can tell one person from another. An empty one would be everybody's. */
const isSubject = (sub: unknown): boolean =>
  typeof sub === 'string' &&
  /[^\s\p{C}]/u.test(sub) &&
  sub.length <= longestSub &&
  !/\p{Cc}/u.test(sub) &&
  // Two that are not well-formed can become the same in a database.
  sub.isWellFormed();

const unusable = (what: string): OAuthError =>
  new OAuthError('upstream_error', `the identity provider sent ${what}; report this to its administrator`);
/** What is said about this address, and about no other. Some providers send booleans as text. */
function isVerified(email: string, sources: readonly (Claims | undefined)[]): boolean | undefined {
  for (const source of sources) {
    const verified = source?.email === email ? String(source.email_verified) : undefined;
    if (verified === 'true' || verified === 'false') return verified === 'true';
  }
  return undefined;
}
