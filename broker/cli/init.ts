import { existsSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { shellWord } from '@latchkey/shared/shell-word.ts';
import { docsFolder } from '../docs-folder.ts';
import { fileFault } from '../file-fault.ts';
import { initRing } from '../keys/ring.ts';
import { createNewFile } from '../new-file.ts';
import { prepareExtensionKey } from './extension-key.ts';
import { policyFolder, selfHostedFault, writePolicies } from './extension-policies.ts';
import { type Answers, questions } from './init/answers.ts';
import { askInLines, StoppedError } from './init/ask-in-lines.ts';
import { type ExtensionIdentity, extensionConfig, extensionIdentity, redirectUriLines } from './init/extension.ts';
import { firstConfig, secretVariable } from './init/template.ts';
import { UsageError } from './usage-error.ts';

/** What `--help` prints. */
export const usage = `Usage: latchkey init [options]

Create a starter configuration and a key file. Prompts for anything you don't pass as an option.

  --config FILE   configuration file to create (default: latchkey.yaml); never overwrites a file
  --keys FILE     key file to create (default: latchkey-keys, next to it)
  --extension-key FILE
                  key of your build of the extension (default: latchkey-extension.pem, next to it); created if missing
  --self-hosted URL
                  also write the policies that install the extension from this folder of a web server, to
                  ${policyFolder} next to the configuration
${questions.map(({ option, text, example }) => `  --${`${option} …`.padEnd(19)} ${text}, e.g. ${example}`).join('\n')}
`;

/** `latchkey init`. @returns 0, or 1 if a file exists or the person stopped it. @throws UsageError */
export async function init(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      config: { type: 'string', default: 'latchkey.yaml' },
      keys: { type: 'string', default: 'latchkey-keys' },
      'extension-key': { type: 'string', default: 'latchkey-extension.pem' },
      'self-hosted': { type: 'string' },
      ...Object.fromEntries(questions.map(({ option }) => [option, { type: 'string' as const }])),
    },
  });
  const given = values as Record<string, string | undefined> & {
    config: string;
    keys: string;
    'extension-key': string;
  };
  const besideConfig = (path: string) => resolve(dirname(given.config), path);
  const keysFile = besideConfig(given.keys);
  const selfHosted = given['self-hosted'];
  const wrongFolder = selfHosted === undefined ? undefined : selfHostedFault(selfHosted);
  if (wrongFolder !== undefined) throw new UsageError(`--self-hosted ${wrongFolder}`);
  for (const file of [given.config, keysFile]) {
    if (existsSync(file)) return refuse(`${file} already exists; nothing was changed`);
  }
  const answers = await collect(given).catch(stopped);
  if (typeof answers === 'number') return answers;
  const keyOfBuild = besideConfig(given['extension-key']);
  // It may exist already: this key is made once, and a new one would be another extension.
  const buildKey = prepareExtensionKey(keyOfBuild);
  const identity = extensionIdentity(answers.issuer, buildKey.chromeKey);
  try {
    createNewFile(given.config, firstConfig(answers, given.keys, identity), 0o644);
  } catch (error) {
    const { reason, cure } = fileFault(error, given.config);
    return refuse(`can't write ${given.config}: ${reason}. ${cure}`);
  }
  const kid = newKeyFiles(given.config, () => {
    buildKey.save();
    return initRing(keysFile, Date.now());
  });
  if (selfHosted !== undefined) writePolicies(extensionConfig(identity), selfHosted, besideConfig(policyFolder));
  process.stdout.write(`${nextSteps(answers, { config: given.config, keysFile, kid, keyOfBuild, identity })}\n`);
  return 0;
}

/** Without its key files, the configuration goes, too: the next attempt must find none of them. */
function newKeyFiles(config: string, create: () => string): string {
  try {
    return create();
  } catch (error) {
    rmSync(config);
    throw error;
  }
}

/** Takes the answers from the options and, at a terminal, from the person. @returns the exit code if that fails */
async function collect(given: Record<string, string | undefined>): Promise<Answers | number> {
  const answers: Partial<Record<keyof Answers, string>> = {};
  const terminal = process.stdin.isTTY ? createInterface({ input: process.stdin, output: process.stderr }) : undefined;
  const ask = terminal && askInLines(terminal);
  try {
    for (const { key, option, text, example, suggestion, check } of questions) {
      // Every earlier answer was checked.
      const before = answers as Partial<Answers>;
      let answer = given[option];
      const fault = answer === undefined ? undefined : check(answer, before);
      if (fault !== undefined) throw new UsageError(`--${option} ${fault}`);
      const suggested = suggestion?.(before);
      if (!ask) answer ??= suggested;
      while (answer === undefined) {
        if (!ask) {
          throw new UsageError(`--${option} is required: ${text}, e.g. ${example}`);
        }
        const hint = suggested === undefined ? `e.g. ${example}` : `Enter for ${suggested}`;
        const typed = (await ask(`${text} (${hint}): `)).trim() || suggested || '';
        const wrong = check(typed, before);
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

function stopped(error: unknown): number {
  if (!(error instanceof StoppedError)) throw error;
  return refuse('canceled; no files were written');
}

interface Written {
  config: string;
  keysFile: string;
  kid: string;
  /** Path of the extension's private key. */
  keyOfBuild: string;
  identity: ExtensionIdentity;
}

function nextSteps(answers: Answers, { config, keysFile, kid, keyOfBuild, identity }: Written): string {
  const redirectUris = [`${answers.issuer}/callback`, ...redirectUriLines(identity)];
  return `Created ${config} and ${keysFile} (key ${kid}). Back up ${keysFile} separately from the database.
The key of your extension is ${keyOfBuild}. Keep it secret, and keep a copy.

1. In your identity provider, add these redirect URIs for client ${answers.clientId} (${join(docsFolder, 'providers', `${answers.preset}.md`)} has every step):
${redirectUris.map((uri) => `   ${uri}`).join('\n')}
2. export ${secretVariable(answers)}=…
3. latchkey doctor --config ${shellWord(config)}
4. latchkey serve --config ${shellWord(config)}
5. Bring the extension to your browsers: ${join(docsFolder, 'rollout.md')}`;
}

function refuse(why: string): number {
  process.stderr.write(`latchkey: ${why}\n`);
  return 1;
}
