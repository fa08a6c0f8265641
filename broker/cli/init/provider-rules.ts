import type { PresetName } from '../../config/provider-presets.ts';

/** What a provider's page in docs/providers/ says about its issuer and client ID. */
interface ProviderRules {
  issuer: { form: RegExp; hint: string };
  clientId: { form: RegExp; hint: string };
}

const anyIssuer = { form: /./, hint: '' };
const anyClientId = {
  form: /^(?!https?:)\S+$/,
  hint: 'must not be empty, contain spaces, or be a URL. It is the ID of the application, not its address',
};

const rules: Partial<Record<PresetName, Partial<ProviderRules>>> = {
  okta: {
    issuer: {
      form: /^https?:\/\/(?![^/]*-admin\.)/,
      hint: 'is the address of the admin console. Leave out -admin, such as https://acme.okta.com/oauth2/default',
    },
  },
  entra: {
    issuer: {
      form: /^https:\/\/login\.[^/]+\/(?!common\b|organizations\b|consumers\b)[^/]+\/v2\.0$|^http:/,
      hint: 'must be https://login.microsoftonline.com/<tenant ID>/v2.0, with your own tenant',
    },
    clientId: {
      form: /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
      hint: 'must be the Application (client) ID, such as 00000000-0000-0000-0000-000000000000',
    },
  },
  google: {
    issuer: { form: /^https:\/\/accounts\.google\.com$|^http:/, hint: 'must be https://accounts.google.com' },
    clientId: {
      form: /^[\w-]+\.apps\.googleusercontent\.com$/,
      hint: 'must end in .apps.googleusercontent.com',
    },
  },
  keycloak: {
    issuer: {
      form: /\/realms\/[^/]+$/,
      hint: 'must name the realm, such as https://id.example.com/realms/acme',
    },
  },
};

const wellKnown = /\/\.well-known\/(?:openid-configuration|oauth-authorization-server)$/;

/**
 * The issuer as the provider's page has it: people also paste the address of the metadata. Auth0's ends in a slash, and
 * no other one's does.
 */
export function issuerOf(preset: PresetName, typed: string): string {
  let issuer = typed.replace(wellKnown, '');
  while (issuer.endsWith('/')) issuer = issuer.slice(0, -1);
  return preset === 'auth0' ? `${issuer}/` : issuer;
}

/** @returns what is wrong with the issuer, if anything */
export function issuerFault(preset: PresetName, typed: string): string | undefined {
  const { form, hint } = rules[preset]?.issuer ?? anyIssuer;
  return form.test(issuerOf(preset, typed)) ? undefined : hint;
}

/** @returns what is wrong with the client ID, if anything */
export function clientIdFault(preset: PresetName, typed: string): string | undefined {
  const own = rules[preset]?.clientId;
  if (!anyClientId.form.test(typed)) return own?.hint ?? anyClientId.hint;
  return own && !own.form.test(typed) ? own.hint : undefined;
}

/** The part of the host that names the organization: `acme` of https://acme.okta.com and of https://id.acme.example. */
export function suggestedName(preset: PresetName, issuer: string): string {
  if (preset !== 'generic' && preset !== 'oidc-provider') return preset;
  const labels = new URL(issuer).hostname.split('.');
  const label = labels.length > 1 ? (labels.at(-2) ?? '') : (labels[0] ?? '');
  return /^[a-z][a-z0-9-]{0,31}$/.test(label) ? label : 'idp';
}
