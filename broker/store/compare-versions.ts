/**
 * Compares two versions by major, minor and patch (SemVer §11), without what follows a dash: a pre-release has the schema
 * of its release.
 *
 * @returns less than 0 if `one` is older, more than 0 if it is newer
 */
export function compareVersions(one: string, other: string): number {
  const [a, b] = [numbersOf(one), numbersOf(other)];
  return a.map((number, index) => number - (b[index] ?? 0)).find((difference) => difference !== 0) ?? 0;
}

const numbersOf = (version: string): number[] => {
  const [core = ''] = version.split(/[-+]/);
  return [0, 1, 2].map((index) => Number(core.split('.')[index] ?? 0));
};
