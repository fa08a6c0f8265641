import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contrast, lightened } from '@latchkey/shared/contrast.ts';
import { describe, expect, it } from 'vitest';
import { ConfigError } from './fault.ts';
import { parseConfig } from './load.ts';

const folder = mkdtempSync(join(tmpdir(), 'latchkey-branding-'));
writeFileSync(join(folder, 'logo.svg'), '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>');
writeFileSync(join(folder, 'logo.png'), Buffer.from('\x89PNG\r\n\x1a\n…', 'latin1'));
writeFileSync(join(folder, 'logo.html'), '<script>alert(1)</script>');
writeFileSync(join(folder, 'medium.svg'), `<svg>${' '.repeat(10_000)}</svg>`);
writeFileSync(join(folder, 'large.svg'), `<svg>${' '.repeat(100_000)}</svg>`);

const parse = (branding: string, upstream = '') =>
  parseConfig(
    `issuer: https://latchkey.example.com
keys_file: keys
upstreams: { okta: { issuer: https://acme.okta.com, client_id: c, client_secret: "\${SECRET}" ${upstream} } }
resources: {}
branding: ${branding}`,
    join(folder, 'latchkey.yaml'),
    { SECRET: 'of-this-test-only' },
  );
function faultOf(branding: string, upstream?: string): string {
  try {
    parse(branding, upstream);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return '';
}

describe('the branding section', () => {
  it('has name, logo, color, help and recovery', () => {
    const { branding, upstreams } = parse(
      '{ name: Acme, logo: logo.svg, color: "#0a5c36", support: { url: "https://help.acme.example", email: help@acme.example }, recovery_url: "https://acme.example/reset" }',
      ', name: Acme Okta, icon: ./logo.png',
    );
    expect(branding).toMatchObject({
      name: 'Acme',
      logo: { type: 'image/svg+xml' },
      color: '#0a5c36',
      support: { url: 'https://help.acme.example', email: 'help@acme.example' },
      recoveryUrl: 'https://acme.example/reset',
    });
    expect(upstreams.get('okta')).toMatchObject({ name: 'okta', label: 'Acme Okta', icon: { type: 'image/png' } });
  });

  it.each([
    ['{ color: green }', /branding\.color.*must be a color such as "#0a5c36"/],
    ['{ color: "#e8b500" }', /branding\.color.*contrast of 1\.\d:1 with white.*4\.5:1.*darker/],
    ['{ logo: none.svg }', /branding\.logo.*cannot be read/],
    ['{ logo: logo.html }', /branding\.logo.*neither an SVG nor a PNG/],
    ['{ logo: large.svg }', /branding\.logo.*more than 100 kB/],
    ['{ support: { url: "http://help.acme.example" } }', /branding\.support\.url.*https:/],
    ['{ support: { url: "javascript:alert(1)" } }', /branding\.support\.url.*https:/],
    ['{ support: { email: nobody } }', /branding\.support\.email.*email address/],
    ['{ recovery_url: reset }', /branding\.recovery_url.*https:/],
    ['{ colour: "#0a5c36" }', /branding\.colour/],
  ])('refuses %s', (branding, fault) => {
    expect(faultOf(branding)).toMatch(fault);
  });

  it.each([
    ['logo.html', /upstreams\.okta\.icon.*neither an SVG nor a PNG/],
    ['large.svg', /upstreams\.okta\.icon.*more than 100 kB/],
  ])('refuses %s as the icon of a provider', (icon, fault) => {
    expect(faultOf('{}', `, icon: ${icon}`)).toMatch(fault);
  });
});

describe('the icon of a site', () => {
  const withSite = (icon: string) =>
    `{}
origins:
  https://shop.example.com: { name: Shop, allow: {}, icon: ${icon} }`;

  it('is read from its file', () => {
    expect(parse(withSite('logo.svg')).origins.get('https://shop.example.com')?.icon?.type).toBe('image/svg+xml');
  });

  it.each([
    ['logo.html', /icon.*neither an SVG nor a PNG/],
    ['none.svg', /icon.*cannot be read/],
    ['medium.svg', /icon.*more than 10 kB/],
  ])('is not %s', (icon, fault) => {
    expect(faultOf(withSite(icon))).toMatch(fault);
  });

  it('is one of a few, or small: all of them go to each extension', () => {
    writeFileSync(join(folder, 'ordinary.svg'), `<svg xmlns="http://www.w3.org/2000/svg">${' '.repeat(9_000)}</svg>`);
    const withSites = (count: number) =>
      Array.from(
        { length: count },
        (_, n) => `\n  https://s${n}.example.com: { name: S, allow: {}, icon: ordinary.svg }`,
      );
    expect(parse(`{}\norigins:${withSites(11).join('')}`).origins.size).toBe(11);
    expect(faultOf(`{}\norigins:${withSites(12).join('')}`)).toMatch(/s11.*more than 100 kB/);
  });
});

describe('contrast', () => {
  // https://www.w3.org/WAI/WCAG22/Techniques/general/G18
  it.each([
    ['#000000', '#ffffff', 21],
    ['#ffffff', '#ffffff', 1],
    ['#777777', '#ffffff', 4.48],
    ['#767676', '#ffffff', 4.54],
  ])('of %s and %s is %d', (one, other, ratio) => {
    expect(contrast(one, other)).toBeCloseTo(ratio, 1);
    expect(contrast(other, one)).toBe(contrast(one, other));
  });

  it.each(['#0a5c36', '#000000', '#00008b', '#6b0000'])('%s becomes readable on a dark card', (color) => {
    const light = lightened(color, '#1f2423', 4.5);
    expect(light).toMatch(/^#[0-9a-f]{6}$/);
    expect(contrast(light, '#1f2423')).toBeGreaterThanOrEqual(4.5);
    // Text on it, in dark mode.
    expect(contrast(light, '#0b0f0e')).toBeGreaterThanOrEqual(4.5);
  });
});
