import { formSchema } from '../form-parameters.ts';
import { json, type Parameter, type Paths } from '../operation.ts';
import { schema } from '../schemas.ts';

const upstream: Parameter = {
  name: 'upstream',
  in: 'path',
  description: 'The provider, by its name in the configuration.',
  schema: { type: 'string' },
};

/** What the identity provider calls. */
export const providerPaths: Paths = {
  '/hooks/{upstream}/backchannel-logout': {
    post: {
      id: 'logOutByBackchannel',
      tag: 'Provider',
      summary: 'End a sign-in, by a logout token',
      description: 'OpenID Connect Back-Channel Logout 1.0 §2.5. Each token is good once, for five minutes.',
      parameters: [upstream],
      body: { type: 'application/x-www-form-urlencoded', schema: formSchema(['logout_token'], []) },
      answers: { 200: { description: 'The sign-in is over.' } },
      errors: ['not_found'],
    },
  },
  '/hooks/{upstream}/global-token-revocation': {
    post: {
      id: 'revokeEverything',
      tag: 'Provider',
      summary: 'End everything of a person',
      description: 'draft-parecki-oauth-global-token-revocation; Okta’s Universal Logout.',
      security: [['revocationToken']],
      parameters: [upstream],
      body: { type: 'application/json', schema: schema('RevocationRequest') },
      answers: { 204: { description: 'Everything is over.' } },
      errors: ['invalid_token', 'not_found', 'unsupported_media_type'],
    },
  },
  '/hooks/{upstream}/okta-events': {
    get: {
      id: 'verifyOktaEvents',
      tag: 'Provider',
      summary: 'Answer Okta’s verification of the endpoint',
      security: [['oktaSecret']],
      parameters: [
        upstream,
        {
          name: 'X-Okta-Verification-Challenge',
          in: 'header',
          required: true,
          description: 'What to answer.',
          schema: { type: 'string', maxLength: 1_024 },
        },
      ],
      answers: { 200: { description: 'The same text.', content: json(schema('OktaVerification')) } },
      errors: ['invalid_client', 'not_found'],
    },
    post: {
      id: 'receiveOktaEvents',
      tag: 'Provider',
      summary: 'Receive events of Okta',
      description: 'An event is a hint: the broker asks the provider about the people it names.',
      security: [['oktaSecret']],
      parameters: [upstream],
      body: { type: 'application/json', schema: schema('OktaEvents') },
      answers: { 204: { description: 'Received.' } },
      errors: ['invalid_client', 'not_found', 'unsupported_media_type'],
    },
  },
};
