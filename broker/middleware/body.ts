import { HTTPException } from 'hono/http-exception';
import * as v from 'valibot';
import type { BrokerContext } from '../env.ts';
import { OAuthError } from '../errors.ts';
import { namedClient } from '../oauth/client-authentication/named-client.ts';
import type { Form } from '../oauth/form.ts';

type Schema<Out> = v.GenericSchema<unknown, Out>;

const mediaType = (c: BrokerContext): string =>
  (c.req.header('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';

/**
 * Reads a JSON body.
 *
 * @throws {OAuthError} `unsupported_media_type`, or `invalid_request` with the name of the invalid member
 */
export async function jsonBody<Out>(c: BrokerContext, schema: Schema<Out>): Promise<Out> {
  if (mediaType(c) !== 'application/json') {
    throw new OAuthError('unsupported_media_type', 'the body must be JSON (Content-Type: application/json)');
  }
  return check(schema, parseJson(await bodyText(c)));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new OAuthError('invalid_request', 'the body is not valid JSON');
  }
}

/** Reads the body. It fails if the client hangs up before the end, which is no fault of ours. */
async function bodyText(c: BrokerContext): Promise<string> {
  try {
    return await c.req.text();
  } catch (cause) {
    // From the size limit.
    if (cause instanceof HTTPException) throw cause;
    throw new OAuthError('invalid_request', 'the connection was closed before the end of the body', { cause });
  }
}

/**
 * Reads an `application/x-www-form-urlencoded` body. Unknown parameters are ignored (RFC 6749 §3.2). Values of
 * `resource`, which may be repeated (RFC 8707 §2), are joined by spaces.
 *
 * @throws {OAuthError} `invalid_request`
 */
export async function formBody(c: BrokerContext): Promise<Form> {
  const form: Record<string, string> = Object.create(null);
  for (const [name, value] of await formParameters(c)) {
    const before = form[name];
    if (before !== undefined && name !== 'resource') {
      throw new OAuthError('invalid_request', `parameter ${safeName(name)} must not be repeated`);
    }
    if (value !== '') form[name] = before === undefined ? value : `${before} ${value}`;
  }
  const client = namedClient(c.req.header('Authorization'), form);
  if (client !== undefined) c.set('client', client);
  return form;
}

/**
 * Reads the same body as it is.
 *
 * @throws {OAuthError} `invalid_request` if it is no form
 */
export async function formParameters(c: BrokerContext): Promise<URLSearchParams> {
  if (mediaType(c) !== 'application/x-www-form-urlencoded') {
    throw new OAuthError(
      'invalid_request',
      'the body must be a form (Content-Type: application/x-www-form-urlencoded)',
    );
  }
  return new URLSearchParams(await bodyText(c));
}

function check<Out>(schema: Schema<Out>, value: unknown): Out {
  const parsed = v.safeParse(schema, value);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  const path = safeName(v.getDotPath(issue) ?? '');
  throw new OAuthError(
    'invalid_request',
    path === ''
      ? "the body must be a JSON object of this endpoint's members"
      : `the member "${path}" is ${wrong(issue)}`,
  );
}

function wrong(issue: v.BaseIssue<unknown>): string {
  if (issue.expected === 'never') return 'not known here: remove it';
  return issue.received === 'undefined' ? 'missing' : `not as it must be (${issue.type.replaceAll('_', ' ')})`;
}

const safeName = (name: string): string => (/^[\w.-]{1,64}$/.test(name) ? name : '…');
