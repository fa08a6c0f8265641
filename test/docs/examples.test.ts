import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { ConfigError } from '../../broker/config/fault.ts';
import { parseConfig } from '../../broker/config/load.ts';
import { type Fence, fencesOf } from './fences.ts';

const root = join(import.meta.dirname, '../..');

describe('an example in JavaScript or TypeScript', () => {
  const fences = fencesOf('js', 'ts', 'tsx');
  /** In the repository, so that the examples find the packages by their names. */
  const dir = join(root, 'node_modules/.cache/examples');
  const fileOf = ({ at, language }: Fence): string =>
    `${at.replaceAll(/[/.:]/g, '-')}.${language === 'js' ? 'jsx' : 'tsx'}`;
  const ambient = ['globals.d.ts', 'testing-library.d.ts'];
  let faults: string[] = [];

  beforeAll(async () => {
    await rm(dir, { recursive: true, force: true });
    await mkdir(dir, { recursive: true });
    for (const fence of fences) await writeFile(join(dir, fileOf(fence)), moduleOf(fence));
    const inDir = (path: string): string => relative(dir, join(root, path));
    await writeFile(
      join(dir, 'tsconfig.json'),
      JSON.stringify({
        extends: inDir('test/docs/examples/tsconfig.json'),
        files: [...ambient.map((name) => inDir(`test/docs/examples/${name}`)), ...fences.map(fileOf)],
      }),
    );
    faults = await faultsOf(dir);
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  it.each(fences.map((fence) => [fence.at, fence] as const))('%s compiles against the packages', (_, fence) => {
    expect(faults.filter((fault) => fault.startsWith(fileOf(fence)))).toEqual([]);
  });

  it('has no other fault', () => {
    expect(faults.filter((fault) => !fences.some((fence) => fault.startsWith(fileOf(fence))))).toEqual([]);
  });
});

/** An example as a module. One that returns is the inside of a function, and one that is an object is an expression. */
function moduleOf({ text }: Fence): string {
  const body = text.startsWith('{') ? `void (${text.trimEnd()});\n` : text;
  return /^return /m.test(body) ? `export function Example() {\n${body}}\n` : `${body}export {};\n`;
}

/** What the compiler says. */
async function faultsOf(project: string): Promise<string[]> {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const run = promisify(execFile)(process.execPath, [tsc, '-p', project, '--pretty', 'false'], { cwd: project });
  const { stdout } = await run.catch((error: { stdout: string }) => error);
  return stdout.split('\n').filter((line) => line.includes('error TS'));
}

describe('an example in YAML', () => {
  const providers = 'docs/providers/';
  const fences = fencesOf('yaml').filter(({ at }) => !at.startsWith(providers));

  it.each(fences.map((fence) => [fence.at, fence] as const))('%s is YAML', (_, { text }) => {
    expect(parseDocument(text).errors).toEqual([]);
  });

  // `users` are a section of `latchkey dev` alone.
  const sections = fences.filter(
    ({ text }) => /^(?:devices|services|resources|origins):/m.test(text) && !has(text, 'users'),
  );
  it.each(sections.map((fence) => [fence.at, fence] as const))(
    '%s is a configuration that the broker takes',
    (_, fence) => {
      const rest = Object.entries(base).flatMap(([section, text]) => (has(fence.text, section) ? [] : [text]));
      const source = [fence.text.replaceAll('sha256:…', `sha256:${'A'.repeat(43)}`), ...rest].join('\n');
      expect(faultsIn(source)).toEqual([]);
    },
  );
});

/** What the broker says of a configuration, but for the files that an example names. */
function faultsIn(source: string): string[] {
  try {
    parseConfig(source, '/nowhere/latchkey.yaml', secretsOf(source));
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message
      .split('\n  - ')
      .slice(1)
      .filter((fault) => !/the file \/nowhere\/\S+ can(?:not|'t) be read/.test(fault));
  }
}

const has = (yaml: string, section: string): boolean => new RegExp(`^${section}:`, 'm').test(yaml);

const secretsOf = (yaml: string): Record<string, string> =>
  Object.fromEntries([...yaml.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => [name, 's'.repeat(24)]));

/** The sections that an example of one section leaves out. */
const base: Record<string, string> = {
  issuer: 'issuer: https://latchkey.example.com',
  keys_file: 'keys_file: keys',
  upstreams: `upstreams:
  okta: { issuer: https://acme.okta.com, client_id: x, client_secret: "\${SECRET}" }
  example: { issuer: https://id.example.com, client_id: x, client_secret: "\${SECRET}" }`,
  resources: `resources:
  https://api.example.com:
    name: Orders API
    scopes: { orders:read: See your orders, orders:write: Change your orders }`,
};

describe('an example in JSON', () => {
  it.each(fencesOf('json').map((fence) => [fence.at, fence] as const))('%s is JSON', (_, { text }) => {
    // What an example leaves out of an object.
    expect(() => JSON.parse(text.replaceAll(', … }', ' }'))).not.toThrow();
  });
});
