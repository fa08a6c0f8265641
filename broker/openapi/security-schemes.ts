import { userInfoAudience } from '../oauth/identity-scopes.ts';

export type SecurityScheme = keyof ReturnType<typeof securitySchemes>;

/** How callers prove who they are. */
export function securitySchemes(issuer: string) {
  return {
    sessionProof: {
      type: 'apiKey',
      in: 'header',
      name: 'DPoP',
      description:
        "A DPoP proof (RFC 9449) by the session's key, with the `DPoP-Nonce` of an earlier answer. Each is good for one request.",
    },
    sessionCookie: {
      type: 'apiKey',
      in: 'cookie',
      name: '__Host-lk-{jkt}',
      description:
        "The session's cookie. Its name ends in the first 16 characters of the JWK thumbprint of the key that signs the proofs, and it is worth nothing without that key.",
    },
    pageCookie: {
      type: 'apiKey',
      in: 'cookie',
      name: '__Host-lk-page',
      description: "The cookie of the broker's own pages. Forms also need the `csrf` of the page.",
    },
    clientBasic: {
      type: 'http',
      scheme: 'basic',
      description:
        'A service with its secret (`client_secret_basic`). A public client can send its `client_id` and an empty secret.',
    },
    clientInBody: {
      type: 'oauth2',
      description:
        'The client in the form: `client_id` alone for a public client, with `client_secret`, or `client_assertion` (`private_key_jwt`, RFC 7523).',
      flows: {
        authorizationCode: {
          authorizationUrl: `${issuer}/authorize`,
          tokenUrl: `${issuer}/token`,
          refreshUrl: `${issuer}/token`,
          scopes: {
            openid: 'Who the person is',
            profile: 'Their name',
            email: 'Their address',
            groups: 'Their groups',
          },
        },
        clientCredentials: { tokenUrl: `${issuer}/token`, scopes: {} },
      },
    },
    clientProof: {
      type: 'apiKey',
      in: 'header',
      name: 'DPoP',
      description: "A DPoP proof (RFC 9449) by the client's key, to get tokens that are bound to it.",
    },
    bearer: {
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'at+jwt',
      description: 'An access token of the broker (RFC 9068).',
    },
    dpop: {
      type: 'http',
      scheme: 'DPoP',
      description: 'An access token that is bound to a key (RFC 9449 §7.1). It needs a proof by that key.',
    },
    tokenProof: {
      type: 'apiKey',
      in: 'header',
      name: 'DPoP',
      description: `A DPoP proof by the token's key, with its hash (\`ath\`). For UserInfo, \`htu\` is ${userInfoAudience(issuer)}; for gateways, it is the URL of the client's request.`,
    },
    revocationToken: {
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'global-token-revocation+jwt',
      description: "A JWT of the identity provider whose audience is this endpoint's URL. It is good once.",
    },
    oktaSecret: {
      type: 'apiKey',
      in: 'header',
      name: 'Authorization',
      description: 'The secret of the hook: `hooks.okta_events_secret` of the provider in the configuration.',
    },
  } as const;
}
