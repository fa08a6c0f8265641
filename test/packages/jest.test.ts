import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createFolder, type Folder, packedIn, registryAnswers } from './folder.ts';

const canInstall = registryAnswers();
const why = canInstall ? '' : ' (skipped: npm reaches no registry)';
const packed = packedIn(inject('packed'));

/** As docs/clients/testing.md says. */
const transformed = `module.exports = {
  testEnvironment: 'jsdom',
  transform: { '\\\\.[jt]sx?$': ['babel-jest', { presets: [['@babel/preset-env', { targets: { node: 'current' } }]] }] },
  transformIgnorePatterns: ['/node_modules/(?!(\\\\.pnpm|@latchkey|jose)/)'],
};
`;

const pageTest = `
import { fakeLatchkey } from '@latchkey/testing';
import { LatchkeyProvider, useLatchkey } from '@latchkey/react';
import { createElement } from 'react';
import { render, screen } from '@testing-library/react';

const api = 'https://api.example.com';
const State = () => createElement('p', null, useLatchkey().state);

test('a page follows its person', async () => {
  const latchkey = fakeLatchkey({ offered: { [api]: ['orders:read'] } });
  render(createElement(LatchkeyProvider, { resource: api, scopes: ['orders:read'] }, createElement(State)));
  await screen.findByText('signed_out');
  latchkey.signIn();
  latchkey.grant(api, ['orders:read']);
  await screen.findByText('ready');
  expect(typeof MessageChannel).toBe('function');
  latchkey.close();
  expect(typeof MessageChannel).toBe('undefined');
});
`;

const apiTest = `/** @jest-environment node */
import { verifier } from '@latchkey/api';
import { createIssuer } from '@latchkey/testing/issuer';

test('an API tells a good token from an expired one', async () => {
  const issuer = await createIssuer({ audience: 'https://api.example.com', scopes: ['orders:read'] });
  const verify = verifier({ issuer: issuer.issuer, audience: issuer.audience, fetch: issuer.fetch });
  const request = (token) => new Request(issuer.audience, { headers: { authorization: 'Bearer ' + token } });
  expect(await verify(request(await issuer.token({ sub: 'grace' })))).toMatchObject({ sub: 'grace' });
  await expect(verify(request(await issuer.expired()))).rejects.toMatchObject({ reason: 'expired' });
});
`;

describe.skipIf(!canInstall)(`Jest, with the packages from their tarballs${why}`, () => {
  let folder: Folder;

  beforeAll(async () => {
    folder = await createFolder();
    const own = ['page', 'react', 'api', 'testing'].map((name) => packed.tarball(`@latchkey/${name}`));
    const jest = ['jest@30', 'jest-environment-jsdom@30', '@babel/core@7', '@babel/preset-env@7'];
    const react = ['react@19', 'react-dom@19', '@testing-library/react@16', '@testing-library/dom@10'];
    await folder.install(...own, ...jest, ...react);
    await folder.write('page.test.js', pageTest);
    await folder.write('api.test.js', apiTest);
    await folder.write('page.test.mjs', pageTest);
    await folder.write('api.test.mjs', apiTest);
  }, 120_000);
  afterAll(() => folder?.[Symbol.asyncDispose]());

  async function run(config: string, pattern: string, env: Record<string, string> = {}) {
    await folder.write('jest.config.cjs', config);
    const args = ['node_modules/jest/bin/jest.js', '--config', 'jest.config.cjs', '--json', pattern];
    const { success, numPassedTests, testResults } = JSON.parse(
      await folder.node(args, { env }).catch(({ stdout }: { stdout: string }) => stdout),
    );
    const said = testResults
      .map(({ message }: { message: string }) => message)
      .join('')
      .trim();
    expect({ success, numPassedTests, said }).toEqual({ success: true, numPassedTests: 2, said: '' });
  }

  it('runs tests of pages and APIs that Babel compiles', () => run(transformed, '\\.test\\.js$'), 60_000);

  it('runs tests that are modules', () => {
    const config = `module.exports = { testEnvironment: 'jsdom', testMatch: ['**/*.test.mjs'], transform: {} };`;
    return run(config, '\\.test\\.mjs$', { NODE_OPTIONS: '--experimental-vm-modules' });
  }, 60_000);
});
