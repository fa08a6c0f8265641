import { existsSync, rmSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { fileFault } from '../file-fault.ts';
import { initRing } from '../keys/ring.ts';
import { createNewFile } from '../new-file.ts';
import { type Answers, questions } from './init/answers.ts';
import { firstConfig, secretVariable } from './init/template.ts';
import { UsageError } from './usage-error.ts';

/** What `--help` prints. */
export const usage = `Usage: latchkey init [options]

Create a starter configuration and a key file. Prompts for anything you don't pass as an option.

  --config FILE   configuration file to create (default: latchkey.yaml); never overwrites a file
  --keys FILE     key file to create (default: latchkey-keys, next to it)
${questions.map(({ option, text, example }) => `  --${`${option} …`.padEnd(19)} ${text}, e.g. ${example}`).join('\n')}
`;

/** `latchkey init`. @returns 0, or 1 if a file exists or the person stopped it. @throws UsageError */
export async function init(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      config: { type: 'string', default: 'latchkey.yaml' },
      keys: { type: 'string', default: 'latchkey-keys' },
      ...Object.fromEntries(questions.map(({ option }) => [option, { type: 'string' as const }])),
    },
  });
  const given = values as Record<string, string | undefined> & { config: string; keys: string };
  const keysFile = resolve(dirname(given.config), given.keys);
  for (const file of [given.config, keysFile]) {
    if (existsSync(file)) return refuse(`${file} already exists; nothing was changed`);
  }
  const answers = await collect(given).catch(stopped);
  if (typeof answers === 'number') return answers;
  try {
    createNewFile(given.config, firstConfig(answers, given.keys), 0o644);
  } catch (error) {
    const { reason, cure } = fileFault(error, given.config);
    return refuse(`can't write ${given.config}: ${reason}. ${cure}`);
  }
  const kid = newKeyFile(keysFile, given.config);
  process.stdout.write(`${nextSteps(answers, given.config, keysFile, kid)}\n`);
  return 0;
}

/** Without a key file, the configuration goes, too: the next attempt must find neither. */
function newKeyFile(path: string, config: string): string {
  try {
    return initRing(path, Date.now());
  } catch (error) {
    rmSync(config);
    throw error;
  }
}

/** Takes the answers from the options and, at a terminal, from the person. @returns the exit code if that fails */
async function collect(given: Record<string, string | undefined>): Promise<Answers | number> {
  const answers: Partial<Record<keyof Answers, string>> = {};
  const terminal = process.stdin.isTTY ? createInterface({ input: process.stdin, output: process.stderr }) : undefined;
  try {
    for (const { key, option, text, example, check } of questions) {
      let answer = given[option];
      if (answer !== undefined && check(answer) !== undefined) {
        throw new UsageError(`--${option} ${check(answer)}`);
      }
      while (answer === undefined) {
        if (!terminal) {
          throw new UsageError(`--${option} is required: ${text}, e.g. ${example}`);
        }
        const typed = (await terminal.question(`${text} (e.g. ${example}): `)).trim();
        const wrong = check(typed);
        if (wrong === undefined) answer = typed;
        else process.stderr.write(`  ${wrong}\n`);
      }
      answers[key] = answer;
    }
  } finally {
    terminal?.close();
  }
  // Every question has an answer that was checked.
  return answers as Answers;
}

/** The person pressed Ctrl-C or Ctrl-D at a question. */
function stopped(error: NodeJS.ErrnoException): number {
  if (error.code !== 'ABORT_ERR') throw error;
  return refuse('canceled; no files were written');
}

function nextSteps(answers: Answers, config: string, keysFile: string, kid: string): string {
  return `Created ${config} and ${keysFile} (key ${kid}). Back up ${keysFile} separately from the database.

1. In your identity provider, add ${answers.issuer}/callback as a redirect URI for client ${answers.clientId}
   (docs/providers/ has every step; the extension's redirect URIs follow from its IDs).
2. export ${secretVariable(answers)}=…
3. latchkey doctor --config ${config}
4. latchkey serve --config ${config}`;
}

function refuse(why: string): number {
  process.stderr.write(`latchkey: ${why}\n`);
  return 1;
}
