import { oauthErrorStatus } from '@latchkey/shared/oauth-errors.ts';
import { activityAnswer, activityKinds, endable } from '@latchkey/shared/session-activity.ts';
import {
  authorizeAnswer,
  decisions,
  errorAnswer,
  sessionAnswer,
  signOutAnswer,
  tokenAnswer,
  upstreamsAnswer,
} from '@latchkey/shared/session-api.ts';
import {
  deviceAllowRequest,
  deviceAnswer,
  deviceAskingAnswer,
  deviceAskingRequest,
  deviceAuthorizeRequest,
  deviceCodeRequest,
  deviceDecided,
  deviceRefusal,
} from '@latchkey/shared/session-device.ts';
import {
  authorizeRequest,
  consentRequest,
  consentRevocation,
  sessionRefusal,
  sessionRequest,
  tokenRequest,
} from '@latchkey/shared/session-requests.ts';
import type { GenericSchema } from 'valibot';
import { oktaEvents } from '../hooks/okta-events.ts';
import { subjectId } from '../hooks/revocation-request.ts';
import { accessClaims } from '../tokens/token-verifier.ts';
import { refTo, type Schema, schemaOf } from './json-schema.ts';
import { withTexts } from './member-texts.ts';
import { oauthSchemas } from './oauth-schemas.ts';

/** What the broker checks bodies with, and what the extension checks answers with. */
const checked = {
  AuthorizeRequest: authorizeRequest,
  AuthorizeAnswer: authorizeAnswer,
  SessionRequest: sessionRequest,
  SessionRefusal: sessionRefusal,
  SessionAnswer: sessionAnswer,
  SignOutAnswer: signOutAnswer,
  UpstreamsAnswer: upstreamsAnswer,
  SiteTokenRequest: tokenRequest,
  SiteTokenAnswer: tokenAnswer,
  ConsentRequest: consentRequest,
  ConsentRevocation: consentRevocation,
  Decisions: decisions,
  Endable: endable,
  DeviceCodeRequest: deviceCodeRequest,
  DeviceAnswer: deviceAnswer,
  DeviceAskingRequest: deviceAskingRequest,
  DeviceAskingAnswer: deviceAskingAnswer,
  DeviceRefusal: deviceRefusal,
  DeviceAuthorizeRequest: deviceAuthorizeRequest,
  DeviceAllowRequest: deviceAllowRequest,
  DeviceDecided: deviceDecided,
  OktaEvents: oktaEvents,
} satisfies Record<string, GenericSchema>;

type Member = Record<string, Schema>;
const membersOf = (schema: Schema) => schema.properties as Member;

function errorBody(): Schema {
  const schema = schemaOf(errorAnswer);
  return {
    ...schema,
    properties: {
      ...membersOf(schema),
      error: { enum: Object.keys(oauthErrorStatus) },
      error_uri: { type: 'string', format: 'uri' },
      // Challenges of resource servers have it as text (RFC 9470 §3).
      max_age: { type: ['number', 'string'] },
    },
    required: ['error', 'error_description'],
  };
}

function activity(): Schema {
  const schema = schemaOf(activityAnswer);
  const { entries } = membersOf(schema);
  const items = entries?.items as Schema;
  const kind = { enum: activityKinds };
  return {
    ...schema,
    properties: {
      ...membersOf(schema),
      entries: { ...entries, items: { ...items, properties: { ...membersOf(items), kind } } },
    },
  };
}

/** What is known of a token. For services, some more members than the broker reads itself. */
function introspection(): Schema {
  const claims = schemaOf(accessClaims);
  return {
    oneOf: [
      {
        ...claims,
        properties: {
          active: { const: true },
          token_type: { enum: ['Bearer', 'DPoP'] },
          ...membersOf(claims),
          idp: { type: 'string' },
          idp_sub: { type: 'string' },
        },
        required: ['active', 'token_type', ...(claims.required as string[])],
        additionalProperties: undefined,
      },
      { type: 'object', properties: { active: { const: false } }, required: ['active'] },
    ],
  };
}

/** The first drafts, which providers still send, call the member `subject`. */
const revocation = (): Schema => ({
  type: 'object',
  properties: { sub_id: schemaOf(subjectId), subject: schemaOf(subjectId) },
  anyOf: [{ required: ['sub_id'] }, { required: ['subject'] }],
});

/** The schemas of all bodies, by name. */
export function schemaComponents(): Record<string, Schema> {
  const all = {
    Error: errorBody(),
    ...Object.fromEntries(Object.entries(checked).map(([name, schema]) => [name, schemaOf(schema)])),
    ActivityAnswer: activity(),
    RevocationRequest: revocation(),
    Introspection: introspection(),
    ...oauthSchemas,
  };
  return Object.fromEntries(Object.entries(all).map(([name, schema]) => [name, withTexts(name, schema)]));
}

export type SchemaName =
  | keyof typeof checked
  | keyof typeof oauthSchemas
  | 'ActivityAnswer'
  | 'RevocationRequest'
  | 'Introspection';

export const schema = (name: SchemaName) => refTo('schemas', name);
