import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findChromium } from '../../../demo/browser/find.ts';
import { thisMachine } from '../../../demo/browser/machine.ts';

/**
 * Makes a program that runs Chromium with these managed policies. It mounts them where Chromium looks, in a mount
 * namespace of its own: no other Chromium of this machine sees them. This requires root.
 *
 * @param dir a temporary folder
 * @param policies the content of the policy file
 * @returns the executable; `undefined` without root
 */
export async function chromiumWithPolicies(dir: string, policies: string): Promise<string | undefined> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined;
  const chromium = await findChromium({ ...thisMachine, say: () => undefined });
  const policyFile = join(dir, 'policies.json');
  await writeFile(policyFile, policies);
  const executable = join(dir, 'chromium-with-policies');
  // The folders of distributions' builds, and of Playwright's download.
  await writeFile(
    executable,
    `#!/bin/sh
exec unshare --mount sh -ec '
  for place in /etc/chromium:policies /etc/opt:chrome_for_testing/policies; do
    parent=\${place%%:*}
    test -d "$parent" || continue
    mount -t tmpfs tmpfs "$parent"
    mkdir -p "$parent/\${place#*:}/managed"
    cp "${policyFile}" "$parent/\${place#*:}/managed/latchkey.json"
  done
  exec "$@"
' sh "${chromium}" "$@"
`,
  );
  await chmod(executable, 0o755);
  return executable;
}
