/** Most specific first: Edge and Opera also claim to be Chrome. The group is the major version. */
const browsers: [RegExp, string][] = [
  [/\bEdg(?:e|A|iOS)?\/(\d+)?/, 'Edge'],
  [/\bOPR\/(\d+)?/, 'Opera'],
  [/\bFirefox\/(\d+)?/, 'Firefox'],
  [/(?:\b|Headless)Chrom(?:e|ium)\/(\d+)?/, 'Chrome'],
  [/\bSafari\//, 'Safari'],
];
/** Safari's version follows `Version/`. The number after `Safari/` is the engine's. */
const safariVersion = /\bVersion\/(\d+)/;
const systems: [RegExp, string][] = [
  [/Android/, 'Android'],
  [/iPhone|iPad/, 'iOS'],
  [/Windows/, 'Windows'],
  [/Mac OS X|Macintosh/, 'macOS'],
  [/CrOS/, 'ChromeOS'],
  [/Linux/, 'Linux'],
];

/** What a User-Agent header says about the browser. */
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
    version: (browser === 'Safari' ? safariVersion : pattern)?.exec(text)?.[1],
    system: systems.find(([candidate]) => candidate.test(text))?.[1],
  };
}

/** Names a browser by its User-Agent: `Firefox on Linux`. */
export function browserName(userAgent: string | undefined): string {
  const { browser = 'A browser', system } = parseUserAgent(userAgent);
  return system === undefined ? browser : `${browser} on ${system}`;
}
