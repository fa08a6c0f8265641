/** Brand and version as the user agent says them, the more particular first: every Edge and Opera is a Chrome, too. */
const brands = [
  ['Edge', /\bEdg\/(\d+)/],
  ['Opera', /\bOPR\/(\d+)/],
  ['Firefox', /\bFirefox\/(\d+)/],
  ['Chrome', /Chrome\/(\d+)/],
] as const;

/** A browser's name, version and system, such as “Firefox 153, Linux”. */
export function browserName(userAgent: string): string {
  const [name, version] = brands
    .map(([brand, pattern]) => [brand, pattern.exec(userAgent)?.[1]] as const)
    .find(([, found]) => found !== undefined) ?? ['browser', 'unknown'];
  const system = /Windows|Mac OS|CrOS|Android|Linux/.exec(userAgent)?.[0] ?? 'unknown system';
  return `${name} ${version}, ${system}`;
}
