import { newSecret } from '../../broker/oauth/client-authentication/client-secret.ts';
import { startBrokerAndIdp } from '../e2e/kit/broker.ts';

type Section = Record<string, Record<string, unknown>>;

export const service = { id: 'reports', ...newSecret() };
/** The service by HTTP Basic. */
export const serviceAuth = { Authorization: `Basic ${btoa(`${service.id}:${service.secret}`)}` };
export const oktaSecret = 'an-okta-secret-of-this-test-only';
/** An API whose tokens must be bound, and one that demands a second factor at its site. */
export const boundApi = 'https://bound.example.com';
export const strictSite = 'https://strict.example.com';

const image = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>';

/**
 * A broker with one of everything that has an endpoint, and a real provider.
 *
 * @param factor `rate_limit_factor`
 */
export const startContractBroker = (factor = 20) =>
  startBrokerAndIdp(
    (config) => {
      const { upstreams, resources, origins, devices } = config as Record<string, Section>;
      const [api = ''] = Object.keys(resources ?? {});
      config.rate_limit_factor = factor;
      config.trusted_proxies = ['127.0.0.0/8', '::1/128'];
      config.branding = {
        name: 'Acme',
        logo: './acme.svg',
        color: '#0A5C36',
        support: { url: 'https://help.example.com', email: 'help@example.com' },
      };
      config.services = {
        [service.id]: { introspect: [api], allow: { [api]: ['orders:read'] }, secret_hash: service.hash },
      };
      Object.assign(upstreams?.example ?? {}, {
        icon: './acme.svg',
        hooks: { okta_events_secret_file: './okta-secret' },
      });
      Object.assign(resources?.[api] ?? {}, { dpop: 'optional', lifetime: '5m', fresh: '10m' });
      Object.assign(resources ?? {}, {
        [boundApi]: { name: 'Bound', scopes: { 'bound:read': 'Read' }, dpop: 'required' },
      });
      Object.assign(origins ?? {}, {
        [strictSite]: {
          name: 'Strict',
          consent: 'granted',
          allow: { [api]: ['orders:read'] },
          acr_values: ['urn:example:mfa'],
        },
      });
      Object.assign(devices?.cli?.allow ?? {}, { [boundApi]: ['bound:read'] });
    },
    { 'acme.svg': image, 'okta-secret': oktaSecret },
  );
