import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type DevOptions, parseDevOptions } from './options.ts';
import { readSettings, SettingsError } from './settings.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'latchkey-dev-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const options = (...args: string[]): DevOptions => parseDevOptions(args) as DevOptions;
const given = ['--site', 'http://localhost:5173', '--api', 'http://localhost:3000'];

async function file(text: string): Promise<string> {
  const path = join(dir, 'latchkey.dev.yaml');
  await writeFile(path, text);
  return path;
}

it('lets the site have the API, and has three people, without a file', async () => {
  const { users, sections } = await readSettings(options(...given));
  expect(users.map(({ username }) => username)).toEqual(['ada', 'grace', 'mallory']);
  expect(sections.origins).toEqual({
    'http://localhost:5173': { name: 'localhost:5173', allow: { 'http://localhost:3000': ['read', 'write'] } },
  });
  expect(Object.keys(sections.resources)).toEqual(['http://localhost:3000']);
});

it('adds the options to a file, whose own entries win', async () => {
  const config = await file(`
users: [{ username: lin, groups: [staff] }]
origins: { 'http://localhost:5173': { name: Shop, groups: ['dev:staff'], allow: {} } }
`);
  const { users, sections } = await readSettings(options(...given, '--config', config));
  expect(users).toEqual([
    { username: 'lin', password: 'latchkey', name: 'lin', email: 'lin@example.com', groups: ['staff'] },
  ]);
  expect(sections.origins['http://localhost:5173']).toMatchObject({ name: 'Shop' });
  expect(Object.keys(sections.resources)).toEqual(['http://localhost:3000']);
});

it.each([
  ['issuer: http://localhost', /issuer: (?:.|\n)*latchkey dev chooses the rest/],
  ['users: [{ name: Lin }]', /users\.0\.username/],
  ['origins: [', /can't be read/],
  ['resources: { http://localhost:1: {} }', /has nothing under origins/],
  ['origins: { http://localhost:1: {} }', /has nothing under resources/],
])('refuses %s and says why', async (text, message) => {
  const reading = readSettings(options('--config', await file(text)));
  await expect(reading).rejects.toThrow(SettingsError);
  await expect(reading).rejects.toThrow(message);
});

it('says which file is missing', async () => {
  await expect(readSettings(options('--config', join(dir, 'none.yaml')))).rejects.toThrow(/none\.yaml can't be read/);
});
