/** Every parameter that an endpoint reads from a form. What isn't here can't be read, and each is in the OpenAPI document. */
export type FormParameter =
  | 'action'
  | 'client_assertion'
  | 'client_assertion_type'
  | 'client_id'
  | 'client_secret'
  | 'code'
  | 'code_verifier'
  | 'csrf'
  | 'device_code'
  | 'grant_type'
  | 'id'
  | 'id_token_hint'
  | 'login_hint'
  | 'logout_token'
  | 'name'
  | 'origin'
  | 'post_logout_redirect_uri'
  | 'redirect_uri'
  | 'refresh_token'
  | 'resource'
  | 'scope'
  | 'state'
  | 'ticket'
  | 'token'
  | 'upstream'
  | 'user_code';

/** Request parameters, each at most once (RFC 6749 §3.2) except `resource`, whose values are joined by spaces (RFC 8707 §2). An empty value counts as absent. */
export type Form = Readonly<{ [name in FormParameter]?: string | undefined }>;
