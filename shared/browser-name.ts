/** The more particular first: every Edge and Opera is a Chrome, too. The group is the major version. */
const browsers: [RegExp, string][] = [
  [/\bEdg(?:e|A|iOS)?\/(\d+)?/, 'Edge'],
  [/\bOPR\/(\d+)?/, 'Opera'],
  [/\bFirefox\/(\d+)?/, 'Firefox'],
  [/(?:\b|Headless)Chrom(?:e|ium)\/(\d+)?/, 'Chrome'],
  // Safari's own version stands elsewhere: behind `Safari/` is the engine's.
  [/(?:\bVersion\/(\d+).{0,60})?\bSafari\//, 'Safari'],
];
const systems: [RegExp, string][] = [
  [/Android/, 'Android'],
  [/iPhone|iPad/, 'iOS'],
  [/Windows/, 'Windows'],
  [/Mac OS X|Macintosh/, 'macOS'],
  [/CrOS/, 'ChromeOS'],
  [/Linux/, 'Linux'],
];

/** What a User-Agent header tells, as far as it tells it. */
export interface UserAgentFacts {
  browser: string | undefined;
  /** The major version. */
  version: string | undefined;
  system: string | undefined;
}

export function parseUserAgent(userAgent: string | undefined): UserAgentFacts {
  const text = userAgent ?? '';
  const [pattern, browser] = browsers.find(([candidate]) => candidate.test(text)) ?? [];
  return {
    browser,
    version: pattern?.exec(text)?.[1],
    system: systems.find(([candidate]) => candidate.test(text))?.[1],
  };
}

/** A browser as its owner knows it, by its User-Agent: `Firefox on Linux`. */
export function browserName(userAgent: string | undefined): string {
  const { browser = 'A browser', system } = parseUserAgent(userAgent);
  return system === undefined ? browser : `${browser} on ${system}`;
}
