import { accountHeader, clientHeader, clientHeaderValue } from '@latchkey/shared/session-api.ts';
import { probeHeader } from '../../doctor/probe.ts';
import { type Answer, type ErrorUse, json, type Operation, type Parameter, type Paths } from '../operation.ts';
import { type SchemaName, schema } from '../schemas.ts';

const client: Parameter = {
  name: clientHeader,
  in: 'header',
  required: true,
  description: 'The extension and its version.',
  schema: { type: 'string', pattern: clientHeaderValue.source },
};
const account: Parameter = {
  name: accountHeader,
  in: 'header',
  description: 'The `sub` that the request is for. If the session is of another account, the request is refused.',
  schema: { type: 'string' },
};
const languages: Parameter = {
  name: 'Accept-Language',
  in: 'header',
  description: 'The language of names in the answer, if the configuration has several.',
  schema: { type: 'string' },
};

const proofErrors = ['invalid_dpop_proof', 'use_dpop_nonce'] as const;
const sessionErrors = [...proofErrors, 'invalid_session', 'account_selection_required'] as const;
const ofProvider = ['upstream_error'] as const;
const ofCode = [...ofProvider, 'invalid_grant', 'invalid_transaction', 'access_denied'] as const;

type Call = Pick<Operation, 'id' | 'summary' | 'description' | 'parameters' | 'answers'> & {
  body?: SchemaName;
  errors?: readonly ErrorUse[];
};

/** A call with a proof, but without a session. */
const byKey = ({ body, errors = [], parameters = [], ...call }: Call): Operation => ({
  ...call,
  tag: 'Extension',
  security: [['sessionProof']],
  parameters: [client, ...parameters],
  ...jsonBody(body),
  headers: ['DPoP-Nonce?'],
  errors: [...proofErrors, ...errors, ...(body === undefined ? [] : (['unsupported_media_type'] as const))],
});

/** A call of a session. */
const bySession = ({ errors = [], parameters = [], ...call }: Call): Operation => ({
  ...byKey({ ...call, errors: [...sessionErrors, ...errors], parameters: [account, ...parameters] }),
  security: [['sessionProof', 'sessionCookie']],
  headers: ['DPoP-Nonce?', 'Set-Cookie?'],
});

const jsonBody = (body: SchemaName | undefined): Pick<Operation, 'body'> =>
  body === undefined ? {} : { body: { type: 'application/json', schema: schema(body) } };

const ok = (description: string, name: SchemaName): Record<number, Answer> => ({
  200: { description, content: json(schema(name)) },
});
const done = (description: string): Record<number, Answer> => ({ 204: { description } });

/** `/session`: the extension's calls. */
export const extensionPaths: Paths = {
  '/session/upstreams': {
    get: byKey({
      id: 'listProviders',
      summary: 'List the identity providers',
      description: 'For sign-ins with a choice. Also names the organization.',
      parameters: [languages],
      answers: ok('The providers.', 'UpstreamsAnswer'),
      errors: ['too_many_requests'],
    }),
  },
  '/session/authorize': {
    post: byKey({
      id: 'beginSignIn',
      summary: 'Begin a sign-in',
      description: 'Opens a sign-in for the key of the proof, for ten minutes, and says where to send the person.',
      body: 'AuthorizeRequest',
      answers: ok('Where to send the person.', 'AuthorizeAnswer'),
      errors: [...ofProvider, 'interaction_required', 'too_many_requests'],
    }),
  },
  '/session/refusal': {
    post: byKey({
      id: 'reportRefusedSignIn',
      summary: 'Report that the provider refused a sign-in',
      description: 'Ends that sign-in.',
      body: 'SessionRefusal',
      answers: done('The sign-in is over.'),
      errors: ['invalid_transaction', 'too_many_requests'],
    }),
  },
  '/session': {
    post: byKey({
      id: 'createSession',
      summary: 'Finish a sign-in',
      description: 'Exchanges the provider’s code for a session and its cookie.',
      parameters: [languages],
      body: 'SessionRequest',
      answers: {
        201: { description: 'The session.', headers: ['Set-Cookie'], content: json(schema('SessionAnswer')) },
      },
      errors: [...ofCode, 'interaction_required', 'account_selection_required', 'too_many_requests'],
    }),
    get: bySession({
      id: 'readSession',
      summary: 'Read account, policy and consents',
      parameters: [
        languages,
        {
          name: 'If-None-Match',
          in: 'header',
          description: 'The `ETag` of an earlier answer.',
          schema: { type: 'string' },
        },
      ],
      answers: {
        200: { description: 'The session.', headers: ['ETag'], content: json(schema('SessionAnswer')) },
        304: { description: 'Nothing has changed.', headers: ['ETag'] },
      },
    }),
    delete: bySession({
      id: 'endSession',
      summary: 'Sign out',
      description: 'Ends the session, and then the grant at the provider, as far as it supports that.',
      parameters: [
        {
          name: 'replaced',
          in: 'query',
          description: 'Whether another session takes its place.',
          schema: { type: 'string', enum: ['true', 'false'] },
        },
      ],
      answers: {
        200: { description: 'The session is over.', headers: ['Set-Cookie'], content: json(schema('SignOutAnswer')) },
      },
    }),
  },
  '/session/events': {
    get: bySession({
      id: 'followEvents',
      summary: 'Follow revocations and changes',
      description:
        'Server-sent events (WHATWG HTML §9.2): `revoked`, `consent`, `sign_in`, `device_request` and `policy`, each with an `id` and without data. `latchkey doctor` sends a probe here.',
      parameters: [
        { name: 'Last-Event-ID', in: 'header', description: 'Resumes after this event.', schema: { type: 'string' } },
        {
          name: probeHeader,
          in: 'header',
          description:
            'A probe of `latchkey doctor`, signed with the key file. The answer is what arrived of the request.',
          schema: { type: 'string' },
        },
      ],
      answers: {
        200: {
          description: 'The stream.',
          headers: ['X-Accel-Buffering'],
          content: { 'text/event-stream': { type: 'string' } },
        },
      },
    }),
  },
  '/session/token': {
    post: bySession({
      id: 'issueSiteToken',
      summary: 'Get a token for a site',
      description: 'A short-lived access token for one origin and one API, as policy and consent allow.',
      body: 'SiteTokenRequest',
      answers: ok('The token.', 'SiteTokenAnswer'),
      errors: [
        'login_required',
        'insufficient_user_authentication',
        'access_denied',
        'consent_required',
        'consent_refused',
        'invalid_target',
        'invalid_scope',
        'too_many_requests',
      ],
    }),
  },
  '/session/consents': {
    post: bySession({
      id: 'decideAboutSite',
      summary: 'Record what the person decided about a site',
      body: 'ConsentRequest',
      answers: ok('All decisions.', 'Decisions'),
      errors: ['access_denied', 'invalid_target', 'invalid_scope', 'too_many_requests'],
    }),
    delete: bySession({
      id: 'takeBackConsent',
      summary: 'Take back what a site was allowed',
      description: 'For one API, or for the whole site. A “never” stays.',
      body: 'ConsentRevocation',
      answers: ok('All decisions.', 'Decisions'),
      errors: ['too_many_requests'],
    }),
  },
  '/session/activity': {
    get: bySession({
      id: 'listActivity',
      summary: 'List what happened to the person’s sign-ins, devices and sites',
      parameters: [
        languages,
        {
          name: 'before',
          in: 'query',
          description: '`next` of the page before.',
          schema: { type: 'string', pattern: '^[0-9]{1,15}$' },
        },
      ],
      answers: ok('The newest entries, or a further page.', 'ActivityAnswer'),
      errors: ['too_many_requests'],
    }),
  },
  '/session/activity/end': {
    post: bySession({
      id: 'endSignIn',
      summary: 'Sign out a browser or device of the person',
      description: 'One that is gone, or that is another person’s, is no error.',
      body: 'Endable',
      answers: done('It is signed out.'),
      errors: ['too_many_requests'],
    }),
  },
  '/session/device': {
    post: bySession({
      id: 'compareUserCode',
      summary: 'Compare the code of a device',
      parameters: [languages],
      body: 'DeviceCodeRequest',
      answers: ok('What to ask the person, or why there is nothing to ask.', 'DeviceAnswer'),
      errors: ['login_required', 'too_many_requests'],
    }),
  },
  '/session/device/asking': {
    post: bySession({
      id: 'findAskingDevice',
      summary: 'Find a device that named the account',
      description:
        'The newest request with `login_hint` that waits. It has neither its code nor the number that the device shows.',
      parameters: [languages],
      body: 'DeviceAskingRequest',
      answers: ok('What to ask the person, or that nothing asks for them.', 'DeviceAskingAnswer'),
      errors: ['login_required', 'too_many_requests'],
    }),
  },
  '/session/device/decision': {
    post: bySession({
      id: 'refuseDevice',
      summary: 'Deny a device, or report it',
      body: 'DeviceRefusal',
      answers: ok('How the request was decided.', 'DeviceDecided'),
      errors: ['invalid_transaction', 'too_many_requests'],
    }),
  },
  '/session/device/authorize': {
    post: bySession({
      id: 'beginAllowingDevice',
      summary: 'Begin to allow a device',
      description:
        'The device gets a grant of its own, so the person goes through the provider once more. A wrong `number` denies the request.',
      body: 'DeviceAuthorizeRequest',
      answers: {
        200: {
          description: 'Where to send the person, or how the request was decided in the meantime.',
          content: json({ oneOf: [schema('AuthorizeAnswer'), schema('DeviceDecided')] }),
        },
      },
      errors: [...ofProvider, 'login_required', 'invalid_transaction', 'too_many_requests'],
    }),
  },
  '/session/device/allow': {
    post: bySession({
      id: 'allowDevice',
      summary: 'Finish allowing a device',
      body: 'DeviceAllowRequest',
      answers: ok('How the request was decided.', 'DeviceDecided'),
      errors: [...ofCode, 'too_many_requests'],
    }),
  },
};
