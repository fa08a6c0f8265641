import { describe, expect, it } from 'vitest';
import { parseOptions, UsageError } from './options.ts';

describe('parseOptions', () => {
  it('has the defaults of the README', () => {
    expect(parseOptions([])).toEqual({
      port: 9400,
      dir: '.demo',
      browser: 'chromium',
      opens: true,
      json: false,
      tour: false,
      help: false,
    });
  });

  it('reads every option', () => {
    expect(parseOptions(['--port', '0', '--dir', 'x', '--no-browser', '--json'])).toMatchObject({
      port: 0,
      dir: 'x',
      opens: false,
      json: true,
    });
    expect(parseOptions(['--tour', '--browser', 'firefox'])).toMatchObject({ tour: true, browser: 'firefox' });
    expect(parseOptions(['--browser', 'chromium'])).toMatchObject({ browser: 'chromium', opens: true });
  });

  it.each([
    [['--prot', '1'], /--prot/],
    [['somewhere'], /somewhere/],
    [['--port', 'abc'], /--port is "abc"/],
    [['--port', '65535'], /0 to 65500/],
    [['--port=-1'], /--port is "-1"/],
    [['--dir='], /--dir is empty/],
    [['--browser', 'safari'], /^--browser is "safari": give chromium or firefox$/],
    [['--browser='], /--browser is ""/],
    [['--browser'], /--browser/],
    [['--json', '--tour'], /exclude each other/],
  ])('refuses %j and says why', (args, message) => {
    expect(() => parseOptions(args)).toThrow(UsageError);
    expect(() => parseOptions(args)).toThrow(message);
  });
});
