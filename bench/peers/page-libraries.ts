import { readFile } from 'node:fs/promises';

const packages = {
  okta: '@okta/okta-auth-js',
  auth0: '@auth0/auth0-spa-js',
  msal: '@azure/msal-browser',
} as const;

export type PageLibrary = keyof typeof packages | 'latchkey';

/** The libraries that `bench/page/warm.ts` compares with `@latchkey/page`, with their versions. */
export const pageLibraries = async (): Promise<{ id: PageLibrary; name: string }[]> =>
  Promise.all(
    Object.entries(packages).map(async ([id, name]) => ({
      id: id as PageLibrary,
      name: `${name} ${await versionOf(name)}`,
    })),
  );

async function versionOf(name: string): Promise<string> {
  const manifest = new URL(`../../node_modules/${name}/package.json`, import.meta.url);
  return (JSON.parse(await readFile(manifest, 'utf8')) as { version: string }).version;
}
