import { chromium } from 'playwright';
import { type Candidate, chromiumCandidates, firefoxCandidates } from './candidates.ts';
import { type BrowserName, installByPlaywright, installBySystem } from './install.ts';
import { type Machine, thisMachine } from './machine.ts';
import { isUsable } from './usable.ts';

/** No browser was found or could be installed. The message says what to do. */
export class NoBrowserError extends Error {
  override readonly name = 'NoBrowserError';
}

/**
 * Finds a Chromium that loads unpacked extensions: `CHROMIUM_PATH`, else an installed one, else Playwright's
 * download, else the system's package manager. Prints which one to stderr.
 *
 * @throws {NoBrowserError} if none of these works
 */
export async function findChromium(machine: Machine = thisMachine): Promise<string> {
  const candidates = () => chromiumCandidates(machine.env, machine.platform, chromium.executablePath());
  const found = (await given('chromium', machine)) ?? (await installed(candidates(), machine));
  if (found) return found;

  machine.say('browser: no Chromium is installed that loads extensions; downloading one with Playwright');
  await installByPlaywright(machine);
  const downloaded = await installed(candidates(), machine);
  if (downloaded) return downloaded;

  return bySystem('chromium', candidates, machine);
}

/** Finds a Firefox: `FIREFOX_PATH`, else an installed one, else the system's package manager. */
export async function findFirefox(machine: Machine = thisMachine): Promise<string> {
  const candidates = () => firefoxCandidates(machine.env, machine.platform);
  const found = (await given('firefox', machine)) ?? (await installed(candidates(), machine));
  return found ?? bySystem('firefox', candidates, machine);
}

const variables: Record<BrowserName, string> = { chromium: 'CHROMIUM_PATH', firefox: 'FIREFOX_PATH' };

async function given(browser: BrowserName, machine: Machine): Promise<string | undefined> {
  const variable = variables[browser];
  const path = machine.env[variable];
  if (!path) return undefined;
  if (!machine.realPath(path)) {
    throw new NoBrowserError(`${variable} is ${path}, where nothing is: correct it, or unset it to have one found.`);
  }
  machine.say(`browser: ${path} (from ${variable})`);
  return path;
}

async function installed(candidates: Candidate[], machine: Machine): Promise<string | undefined> {
  for (const candidate of candidates) {
    if (!(await isUsable(candidate, machine))) continue;
    machine.say(`browser: ${candidate.path}`);
    return candidate.path;
  }
  return undefined;
}

async function bySystem(browser: BrowserName, candidates: () => Candidate[], machine: Machine): Promise<string> {
  await installBySystem(browser, machine);
  const found = await installed(candidates(), machine);
  if (found) return found;
  throw new NoBrowserError(
    `No ${browser} was found, and none could be installed. Install one, or name it in ${variables[browser]}.` +
      (browser === 'chromium' ? ' (Google Chrome from version 137 on does not load unpacked extensions.)' : ''),
  );
}
