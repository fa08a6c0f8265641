import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { cliFile } from '../../../demo/program.ts';
import type { Stack } from '../stack.ts';

/** `latchkey doctor` has nothing to say of a provider and a broker that are in order. */
export async function doctor({ configFile }: Stack): Promise<void> {
  const args = [cliFile, 'doctor', '--json', '--config', configFile];
  const { stdout } = await promisify(execFile)(process.execPath, args).catch((error: { stdout: string }) => error);
  const findings = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, string>);
  const alarms = findings.filter(({ level }) => level !== 'ok');
  if (alarms.length > 0)
    throw new Error(`false alarms: ${alarms.map(({ check, level, what }) => `${level} ${check}: ${what}`).join('; ')}`);
}
