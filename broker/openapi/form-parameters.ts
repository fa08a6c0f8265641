import type { FormParameter } from '../oauth/form.ts';
import type { Schema } from './json-schema.ts';

const text = (description: string) => ({ type: 'string', description });

/** Every parameter of forms. One that the code reads and that isn't here doesn't compile. */
export const formParameters: Readonly<Record<FormParameter, Schema>> = {
  action: text('The button that was pressed.'),
  client_assertion: text('A signed JWT that authenticates a service (RFC 7523 §2.2). It is good once.'),
  client_assertion_type: {
    const: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    description: 'Required with `client_assertion`.',
  },
  client_id: text(
    'The client’s name in the configuration (`devices` or `services`). Required without Basic credentials.',
  ),
  client_secret: text('The secret of a service. Public clients have none.'),
  code: text('The authorization code from the redirect.'),
  code_verifier: text('The PKCE verifier of the authorization request (RFC 7636 §4.1).'),
  csrf: text('From the page that has the form.'),
  device_code: text('From `POST /device_authorization`.'),
  grant_type: text('Which grant this is.'),
  id: text('What the action is about, from the page.'),
  id_token_hint: text('An ID token of this broker. It may have expired.'),
  login_hint: {
    ...text('The account that shall sign in, by its e-mail address. Ignored unless the client has `number_matching`.'),
    maxLength: 320,
  },
  logout_token: text('A logout token (OpenID Connect Back-Channel Logout §2.4).'),
  name: { ...text('The new name of a device.'), maxLength: 60 },
  origin: text('The site that the action is about.'),
  post_logout_redirect_uri: text('Where the browser goes afterwards: a loopback redirect URI of the client.'),
  redirect_uri: text('As in the authorization request.'),
  refresh_token: text('The newest refresh token of the device. Each answer has another one.'),
  resource: text('The API, by its identifier in the configuration (RFC 8707). Default: the one that is allowed.'),
  scope: text('Scopes, separated by spaces. Default: all that are allowed.'),
  state: text('Returned unchanged in the redirect.'),
  ticket: text('From the page that has the form.'),
  token: text('The access or refresh token that this is about.'),
  upstream: text('The identity provider, by its name in the configuration.'),
  user_code: text('The code that the device shows. Case and punctuation don’t matter.'),
};

/**
 * Describes a form. Other parameters are ignored (RFC 6749 §3.2), and none may be repeated but `resource`.
 *
 * @param own what is particular to this form
 */
export function formSchema(
  required: readonly FormParameter[],
  optional: readonly FormParameter[],
  own: Partial<Record<FormParameter, Schema>> = {},
): Schema {
  const properties = [...required, ...optional].map((name) => [name, { ...formParameters[name], ...own[name] }]);
  return { type: 'object', properties: Object.fromEntries(properties), required };
}
