import { describe, expect, it } from 'vitest';
import { installPolicies } from './install-policies.ts';
import { selfHostedUrls } from './self-hosted-urls.ts';

const urls = selfHostedUrls('https://downloads.example.com/latchkey/');
if (!urls) throw new Error('unreachable: the URL is well-formed');
const chromeId = 'abcdefghijklmnopabcdefghijklmnop';
const firefoxId = 'latchkey@example.com';

describe('addresses of a self-hosted extension', () => {
  it('are in one folder, with or without its final slash', () => {
    expect(urls.updateXml).toBe('https://downloads.example.com/latchkey/update.xml');
    expect(selfHostedUrls('https://downloads.example.com/latchkey')?.crxOf('1.2.3')).toBe(urls.crxOf('1.2.3'));
    expect(selfHostedUrls('http://127.0.0.1:8080')?.xpi).toBe('http://127.0.0.1:8080/latchkey.xpi');
  });

  it.each([
    'http://downloads.example.com/',
    'https://user@downloads.example.com/',
    'https://downloads.example.com/?a',
    'https://downloads.example.com/#a',
    'file:///srv',
    'nothing',
  ])('are not made from %s', (folder) => expect(selfHostedUrls(folder)).toBeUndefined());
});

describe('policies that force the installation', () => {
  const files = installPolicies({ chromeId, firefoxId, urls });
  const of = (name: string): string => files.get(name) ?? '';
  const ofChrome = {
    installation_mode: 'force_installed',
    update_url: urls.updateXml,
    override_update_url: true,
  };

  it('name the extension and its source, for each browser', () => {
    expect(JSON.parse(of('edge.json'))).toEqual({ ExtensionSettings: { [chromeId]: ofChrome } });
    expect(JSON.parse(of('chrome.json'))).toEqual({
      ExtensionSettings: { [chromeId]: { ...ofChrome, toolbar_pin: 'force_pinned' } },
    });
    expect(JSON.parse(of('firefox-policies.json')).policies.ExtensionSettings[firefoxId]).toEqual({
      installation_mode: 'force_installed',
      install_url: urls.xpi,
      default_area: 'navbar',
    });
  });

  it.each([
    ['chrome', 'Google\\Chrome'],
    ['edge', 'Microsoft\\Edge'],
    ['firefox', 'Mozilla\\Firefox'],
  ])('say the same in the registry as in JSON: %s', (browser, key) => {
    const [head, , section, value = ''] = of(`${browser}.reg`).split('\r\n');
    expect(head).toBe('Windows Registry Editor Version 5.00');
    expect(section).toBe(`[HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\${key}]`);
    const text = /^"ExtensionSettings"="(.*)"$/.exec(value)?.[1]?.replace(/\\(.)/g, '$1') ?? '';
    const written = JSON.parse(of(browser === 'firefox' ? 'firefox-policies.json' : `${browser}.json`));
    expect(JSON.parse(text)).toEqual((written.policies ?? written).ExtensionSettings);
  });

  it('are profiles with stable, different UUIDs, whose text is escaped', () => {
    const profile = of('chrome.mobileconfig');
    expect(profile).toContain(`<key>${chromeId}</key>`);
    const uuids = ['chrome', 'edge', 'firefox'].flatMap((name) =>
      [
        ...of(`${name}.mobileconfig`).matchAll(
          /<string>([0-9A-F]{8}-[0-9A-F]{4}-8[0-9A-F]{3}-8[0-9A-F]{3}-[0-9A-F]{12})</g,
        ),
      ].map(([, uuid]) => uuid),
    );
    expect(new Set(uuids).size).toBe(6);
    expect(installPolicies({ chromeId, firefoxId, urls }).get('chrome.mobileconfig')).toBe(profile);
    const hostile = installPolicies({ chromeId: undefined, firefoxId: '<a>&"@b', urls }).get('firefox.mobileconfig');
    expect(hostile).toContain('<key>&#60;a&#62;&#38;&#34;@b</key>');
  });

  it('leave out a browser that has no build', () => {
    const only = installPolicies({ chromeId: undefined, firefoxId, urls });
    expect([...only.keys()]).toEqual(['firefox-policies.json', 'firefox.reg', 'firefox.mobileconfig']);
  });
});
