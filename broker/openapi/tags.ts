/** The parts of the API, by who calls them. */
export const tags = {
  Extension:
    'What the browser extension calls: sign-in, tokens for sites, consents, devices. Every call needs a DPoP proof.',
  Clients: 'OAuth for devices, native programs and services.',
  APIs: 'What APIs and libraries read: metadata, keys, introspection.',
  Gateways: 'Forward authentication for nginx, Caddy, HAProxy, Traefik and Envoy.',
  Provider: 'What the identity provider calls to end sign-ins.',
  People: 'Pages that people open in a browser. Programs only link to them.',
  Assets: 'What the pages load.',
} as const;

export type Tag = keyof typeof tags;
