import type { Form } from '../form.ts';
import { parseBasicCredentials } from './basic-credentials.ts';
import { assertionSubject } from './private-key-jwt.ts';

/**
 * The client that a request names, for the log. Nothing has been verified.
 *
 * @returns at most 64 characters, or `undefined` if there is no name that a client can have
 */
export function namedClient(authorization: string | undefined, form: Form): string | undefined {
  const name =
    form.client_id ??
    (authorization && parseBasicCredentials(authorization)?.clientId) ??
    (form.client_assertion && assertionSubject(form.client_assertion));
  return name !== undefined && /^[\w.:-]{1,64}$/.test(name) ? name : undefined;
}
