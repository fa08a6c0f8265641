import { delimiter, join } from 'node:path';

type Env = Readonly<Record<string, string | undefined>>;

/** A browser that may be installed, in order of preference. */
export interface Candidate {
  path: string;
  /** Google's builds ignore `--load-extension` since version 137. Other builds of Chromium don't. */
  googleBranded: boolean;
}

const inPath = (names: string[], env: Env, platform: NodeJS.Platform): string[] => {
  const suffix = platform === 'win32' ? '.exe' : '';
  const folders = (env.PATH ?? '').split(delimiter).filter(Boolean);
  return names.flatMap((name) => folders.map((folder) => join(folder, name + suffix)));
};

const macApps = (name: string): string[] => [`/Applications/${name}.app/Contents/MacOS/${name}`];

const windowsPrograms = (tail: string[], env: Env): string[] =>
  ['ProgramFiles', 'ProgramFiles(x86)', 'LOCALAPPDATA'].flatMap((name) => {
    const folder = env[name];
    return folder ? [join(folder, ...tail)] : [];
  });

/** Usual paths of Chromium and its relatives. Free builds come first because they load unpacked extensions. */
export function chromiumCandidates(env: Env, platform: NodeJS.Platform, playwrightsOwn?: string): Candidate[] {
  const free = [
    ...inPath(['chromium', 'chromium-browser'], env, platform),
    ...(platform === 'darwin' ? macApps('Chromium') : []),
    ...(platform === 'win32' ? windowsPrograms(['Chromium', 'Application', 'chrome.exe'], env) : []),
    ...(playwrightsOwn === undefined ? [] : [playwrightsOwn]),
    ...inPath(['microsoft-edge', 'microsoft-edge-stable', 'brave-browser'], env, platform),
    ...(platform === 'darwin' ? macApps('Microsoft Edge') : []),
    ...(platform === 'win32' ? windowsPrograms(['Microsoft', 'Edge', 'Application', 'msedge.exe'], env) : []),
  ];
  const branded = [
    ...inPath(['google-chrome', 'google-chrome-stable'], env, platform),
    ...(platform === 'darwin' ? macApps('Google Chrome') : []),
    ...(platform === 'win32' ? windowsPrograms(['Google', 'Chrome', 'Application', 'chrome.exe'], env) : []),
  ];
  return [
    ...free.map((path) => ({ path, googleBranded: false })),
    ...branded.map((path) => ({ path, googleBranded: true })),
  ];
}

/** Usual paths of Firefox. */
export function firefoxCandidates(env: Env, platform: NodeJS.Platform): Candidate[] {
  const paths = [
    ...inPath(['firefox', 'firefox-esr', 'firefox-developer-edition'], env, platform),
    ...(platform === 'darwin' ? ['/Applications/Firefox.app/Contents/MacOS/firefox'] : []),
    ...(platform === 'win32' ? windowsPrograms(['Mozilla Firefox', 'firefox.exe'], env) : []),
  ];
  return paths.map((path) => ({ path, googleBranded: false }));
}
