import { describe, expect, it } from 'vitest';
import { UsageError } from '../demo/options.ts';
import { parseDevOptions } from './options.ts';

const both = ['--site', 'http://localhost:5173/', '--api', 'http://localhost:3000/'];

describe('parseDevOptions', () => {
  it('has the defaults of its usage', () => {
    expect(parseDevOptions(both)).toEqual({
      sites: ['http://localhost:5173'],
      apis: ['http://localhost:3000'],
      scopes: ['read', 'write'],
      config: undefined,
      port: 9400,
      dir: '.latchkey-dev',
      browser: true,
    });
  });

  it('takes several sites, APIs and scopes, and a file alone', () => {
    const more = [
      '--site',
      'https://shop.example',
      '--api',
      'https://api.example/v2/',
      '--scope',
      'a:b',
      '--no-browser',
    ];
    expect(parseDevOptions([...both, ...more])).toMatchObject({
      sites: ['http://localhost:5173', 'https://shop.example'],
      apis: ['http://localhost:3000', 'https://api.example/v2/'],
      scopes: ['a:b'],
      browser: false,
    });
    expect(parseDevOptions(['--config', 'x.yaml'])).toMatchObject({ config: 'x.yaml', sites: [] });
    expect(parseDevOptions(['--help'])).toBe('help');
  });

  it.each([
    [[], /give --site and --api/],
    [['--config', 'x', '--site', 'http://localhost:1'], /belong together/],
    [
      ['--site', 'http://shop.example', '--api', 'http://localhost:1'],
      /--site http:\/\/shop\.example is not an origin/,
    ],
    [['--site', 'http://localhost:1/app', '--api', 'http://localhost:1'], /is not an origin/],
    [['--site', 'localhost:1', '--api', 'http://localhost:1'], /is not an origin/],
    [['--site', 'http://localhost:1', '--api', 'http://api.example'], /--api http:\/\/api\.example is not/],
    [[...both, '--scope', 'a b'], /--scope "a b"/],
    [[...both, '--port', '99999'], /--port is "99999"/],
    [[...both, '--dir='], /--dir is empty/],
    [[...both, '--prot', '1'], /--prot/],
  ])('refuses %j and says why', (args, message) => {
    expect(() => parseDevOptions(args)).toThrow(UsageError);
    expect(() => parseDevOptions(args)).toThrow(message);
  });
});
