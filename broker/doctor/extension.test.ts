import { expect, it } from 'vitest';
import { parseConfig } from '../config/load.ts';
import { checkExtension } from './extension.ts';

const findings = (extension: object) => {
  const config = {
    issuer: 'https://latchkey.example.com',
    keys_file: 'keys',
    upstreams: { okta: { issuer: 'https://acme.okta.com', client_id: 'a', client_secret: '${SECRET}' } },
    resources: {},
    extension,
  };
  return checkExtension(parseConfig(JSON.stringify(config), 'latchkey.yaml', { SECRET: 'of-this-test-9f2c' }));
};

/** A key whose ID and redirect URI were read in a browser: that of the demo. */
const chrome_key =
  'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAvOO8xQopxeuM0eT3rt4iXsVkDpFpzheImbfyM3O6CQw9JWWV/FQ5gS+vVn+eJ2JvXaxcX1U4Jggqtp8ph0GzPzut3JE3QyHm/IJOhp8c6uKpu+PgZk9RsdEpFN6n4VxhaxWLdITUTWxtAq8bdgBAHAvnHlzmxquePh8L+5OdZ01snYUyGaQ9QUk3PBk7yf4o8rA9QHX9d5ABBEwDV5u+xwrSFaKHgXgHr4bFiSVqDdBVZ695c3O2+vODwMLZlVlau3U9ALDHcX+rDIGbhVZXgFZ3vBoypjvganPanTVFGfH578BFg9G7N+QzRq8g6e9UPLG2D0TEyCxA49DUcbovhwIDAQAB';
const id = 'oggcglpehpoenonpodapjinfmkkpchhl';

it('lists the builds with what the provider has to know', () => {
  expect(findings({ chrome_key, chrome_ids: [id], firefox_ids: ['latchkey@example.com'] })).toEqual([
    {
      level: 'ok',
      check: 'extension',
      what: `${id} (Chrome and Edge) signs in with the redirect URI https://${id}.chromiumapp.org/`,
    },
    {
      level: 'ok',
      check: 'extension',
      what: 'latchkey@example.com (Firefox) signs in with the redirect URI https://d7a408d7b762334216d96f8d3d2b5a15bbfd5fb8.extensions.allizom.org/',
    },
  ]);
  expect(findings({})).toEqual([]);
});

it('fails if the broker would refuse the build that the configuration makes', () => {
  const [listed, refused] = findings({ chrome_key, chrome_ids: ['a'.repeat(32)] });
  expect(listed?.level).toBe('ok');
  expect(refused).toMatchObject({
    level: 'failed',
    what: expect.stringContaining(id),
    cure: expect.stringContaining(`Add ${id} to extension.chrome_ids`),
  });
});
