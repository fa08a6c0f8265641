import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Finding } from '../../broker/doctor/finding.ts';
import { endWithUs } from '../../demo/end-with-us.ts';
import { cliFile } from '../../demo/program.ts';

export interface Diagnosis {
  exitCode: number;
  findings: Finding[];
}

/** Runs `latchkey doctor`, as an administrator does. @throws {Error} with what it said, if it has no findings */
export async function runDoctor(configFile: string): Promise<Diagnosis> {
  const running = promisify(execFile)(process.execPath, [cliFile, 'doctor', '--json', '--config', configFile]);
  endWithUs(running.child);
  const { code, stdout, stderr } = await running.then(
    (said) => ({ ...said, code: 0 }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
  const lines = stdout.trim().split('\n');
  if (!lines.every((line) => line.startsWith('{'))) throw new Error(`latchkey doctor said: ${stdout}${stderr}`);
  return { exitCode: code, findings: lines.map((line) => JSON.parse(line) as Finding) };
}

/** What is not in order. */
export const alarmsOf = ({ findings }: Diagnosis): Finding[] => findings.filter(({ level }) => level !== 'ok');
