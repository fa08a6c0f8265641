import type { OAuthErrorCode } from '@latchkey/shared/oauth-errors.ts';
import { headerComponents } from './headers.ts';
import type { Schema } from './json-schema.ts';
import { errorResponse, type Method, operationObject } from './operation.ts';
import { paths } from './paths.ts';
import { schemaComponents } from './schemas.ts';
import { securitySchemes } from './security-schemes.ts';
import { shareResponses } from './shared-responses.ts';
import { tags } from './tags.ts';

const description = `Sign in once in the browser; every approved tab and device has a short-lived token.

**Errors** are JSON with a stable \`error\` code and an \`error_description\` for developers (\`Error\`). On pages that people
open, they are pages. A path that nobody knows gets \`NotFound\`, and a method that a path doesn't take \`MethodNotAllowed\`.

**Every response** has an \`X-Request-Id\`, and security headers: a content security policy that denies everything but what the
pages load, HSTS, \`nosniff\`, no referrer, no framing. \`HEAD\` is answered wherever \`GET\` is, without a body. Clients must
ignore members that they don't know.

**Limits** are far above what honest clients use. Beyond them, the answer is 429 with \`Retry-After\`. Bodies can have
16 KiB, and 256 KiB at \`/hooks\`.

**Requests** can have a \`traceparent\` (W3C Trace Context), which names their \`X-Request-Id\`. A page that a browser loads ahead
(\`Sec-Purpose: prefetch\`) gets an empty 503 where it would begin something.`;

/** An OpenAPI document. */
export type OpenApiDocument = Readonly<Record<string, unknown>> & {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Schema>>>>;
};

/**
 * Describes the broker's public surface in OpenAPI 3.1. The schemas are those that the broker checks requests with and that
 * the extension checks answers with. `test/e2e/openapi.test.ts` holds all of it against a running broker.
 *
 * @param issuer where the broker is
 * @param version of the broker
 * @see https://spec.openapis.org/oas/v3.1.1.html
 */
export function openApiDocument({ issuer, version }: { issuer: string; version: string }): OpenApiDocument {
  const operations = Object.fromEntries(
    Object.entries(paths).map(([path, item]) => [
      path,
      Object.fromEntries(
        Object.entries(item).map(([method, operation]) => [method, operationObject(method as Method, operation)]),
      ),
    ]),
  );
  const { paths: shared, responses } = shareResponses(operations, commonResponses);
  return {
    openapi: '3.1.1',
    info: {
      title: 'Latchkey broker',
      summary: 'Tokens for pages, devices and services of people who have signed in.',
      description,
      version,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: issuer }],
    tags: Object.entries(tags).map(([name, text]) => ({ name, description: text })),
    paths: shared,
    components: {
      schemas: schemaComponents(),
      headers: headerComponents,
      responses: { ...unknownPlaces, ...responses },
      securitySchemes: securitySchemes(issuer),
    },
  };
}

const nameOf = (code: OAuthErrorCode): string =>
  code.replaceAll(/(?:^|_)(.)/g, (_, next: string) => next.toUpperCase());

/** What any path can answer. No operation has them: the path or the method is unknown. */
const unknownPlaces = {
  NotFound: errorResponse('not_found', 'either'),
  MethodNotAllowed: errorResponse('method_not_allowed', 'either'),
};

/** Errors that stand alone with their status, as JSON and as pages. */
const commonResponses: Record<string, Schema> = {
  ...unknownPlaces,
  ...Object.fromEntries(
    (
      [
        'invalid_request',
        'payload_too_large',
        'unsupported_media_type',
        'too_many_requests',
        'upstream_error',
        'server_error',
        'temporarily_unavailable',
      ] as const
    ).flatMap((code) => [
      [nameOf(code), errorResponse(code, 'json')],
      [`${nameOf(code)}Page`, errorResponse(code, 'page')],
    ]),
  ),
};
