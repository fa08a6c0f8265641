/** What must not grow unnoticed, in bytes after gzip: every visitor of every site pays for the page's. */
export const budgets: Readonly<Record<string, number>> = { page: 2_500 };

/** What the build prints of a module, and what is to be done where it weighs too much. */
export function judge(name: string, bytes: number): { line: string; fault?: string } {
  const budget = budgets[name];
  const size = `${name.padEnd(12)} ${bytes} bytes`;
  if (budget === undefined) return { line: `${size} (gzip)` };
  const line = `${size} of ${budget} (gzip)`;
  if (bytes <= budget) return { line };
  const fault = `${name}.js is ${bytes - budget} bytes over its budget: load what few pages need with import(), as challenges.ts is, or give a reason and raise it in clients/build/sizes.ts`;
  return { line, fault };
}
