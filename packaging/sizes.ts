/**
 * Formats a module's size for the build's output, and says what to do if the module is too large.
 *
 * @param budget in bytes after gzip
 */
export function judge(name: string, bytes: number, budget?: number): { line: string; fault?: string } {
  const size = `${name.padEnd(30)} ${bytes} bytes`;
  if (budget === undefined) return { line: `${size} (gzip)` };
  const line = `${size} of ${budget} (gzip)`;
  if (bytes <= budget) return { line };
  const fault = `${name} is ${bytes - budget} bytes over its budget. Load what few pages need with import(), as challenges.ts is, or give a reason and raise it in packaging/packages.ts`;
  return { line, fault };
}
