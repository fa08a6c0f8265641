import { interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';

/** How a person signed in (the `acr` claim): with a password, or with a password and a code. */
export const acrValues = { password: 'urn:example:password', factor: 'urn:example:mfa' } as const;

/** The second factor of all users in this demo. The page that asks for it shows it. */
export const demoCode = '314159';

const { Check, base } = interactionPolicy;

/** Whether a request asks for the second factor (`acr_values`, OpenID Connect Core §3.1.2.1). */
export function wantsFactor(acr: unknown): boolean {
  const wanted = typeof acr === 'string' ? acr.split(' ') : [];
  return wanted.includes(acrValues.factor) && !wanted.includes(acrValues.password);
}

/** The library's rules, and one that it leaves to providers: a session without the requested factor is not enough. */
export function policyWithFactor() {
  const policy = base();
  const missing = ({ oidc }: KoaContextWithOIDC) =>
    wantsFactor(oidc.params?.acr_values) && oidc.session?.acr !== acrValues.factor
      ? Check.REQUEST_PROMPT
      : Check.NO_NEED_TO_PROMPT;
  policy.get('login')?.checks.add(new Check(factorReason, 'a second factor is needed', missing));
  return policy;
}

/** Why the person is asked if only the second factor is missing. */
export const factorReason = 'factor_missing';
