import { newSecret } from '../../broker/oauth/client-authentication/client-secret.ts';
import { startBrokerAndIdp } from '../e2e/kit/broker.ts';

type Section = Record<string, Record<string, unknown>>;

export const service = { id: 'reports', ...newSecret() };
/** The service by HTTP Basic. */
export const serviceAuth = { Authorization: `Basic ${btoa(`${service.id}:${service.secret}`)}` };
export const oktaSecret = 'an-okta-secret-of-this-test-only';
/** A site that demands a second factor. */
export const strictSite = 'https://strict.example.com';

const image = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>';

/** A broker with one of everything that has an endpoint, and a real provider. */
export const startContractBroker = () =>
  startBrokerAndIdp(
    (config) => {
      const { upstreams, resources, origins } = config as Record<string, Section>;
      const [api = ''] = Object.keys(resources ?? {});
      Object.assign(config, {
        trusted_proxies,
        branding: {
          name: 'Acme',
          logo: './acme.svg',
          color: '#0A5C36',
          support: { url: 'https://help.example.com', email: 'help@example.com' },
        },
        services: servicesOf(api),
      });
      Object.assign(upstreams?.example ?? {}, {
        icon: './acme.svg',
        hooks: { okta_events_secret_file: './okta-secret' },
      });
      Object.assign(resources?.[api] ?? {}, { dpop: 'optional', lifetime: '5m', fresh: '10m' });
      Object.assign(origins ?? {}, {
        [strictSite]: {
          name: 'Strict',
          consent: 'granted',
          allow: { [api]: ['orders:read'] },
          acr_values: ['urn:example:mfa'],
        },
      });
    },
    { 'acme.svg': image, 'okta-secret': oktaSecret },
  );

/** A broker with the smallest budgets that the configuration takes, without branding, and without silent sign-ins. */
export const startBareBroker = () =>
  startBrokerAndIdp((config) => {
    const { upstreams, resources } = config as Record<string, Section>;
    Object.assign(config, { trusted_proxies, rate_limit_factor: 0.01 });
    config.services = servicesOf(Object.keys(resources ?? {})[0] ?? '');
    Object.assign(upstreams?.example ?? {}, { silent: 'off' });
  });

/** Requests from this machine may name another address, as behind a proxy. */
const trusted_proxies = ['127.0.0.0/8', '::1/128'];

const servicesOf = (api: string) => ({
  [service.id]: { introspect: [api], allow: { [api]: ['orders:read'] }, secret_hash: service.hash },
});
