import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Tab } from '../browser/driven.ts';
import { spawnCli } from '../program.ts';
import type { Stage } from './stage.ts';
import { openTab } from './tab.ts';

/** A `latchkey …` process whose output is collected. */
export interface Terminal {
  /** Its output so far. */
  text(): string;
  /** Waits for a text on stdout. @throws if the process exits without it */
  says(pattern: RegExp): Promise<RegExpMatchArray>;
  /** Waits until it exits. @returns the exit code */
  ended(): Promise<number | null>;
  stop(): void;
}

/** Starts `latchkey …`. `shown` is the command line for the screenshot. */
export function openTerminal(args: string[], shown = args.join(' ')): Terminal {
  // The sign-ins of a demo have no business in the keyring of whoever runs it.
  const env = { ...process.env, LATCHKEY_STORE: 'file' };
  const child: ChildProcess = spawnCli(args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = `$ latchkey ${shown}\n`;
  const waiting = new Set<() => void>();
  const hear = (chunk: Buffer) => {
    text += chunk.toString();
    for (const check of waiting) check();
  };
  child.stdout?.on('data', hear);
  child.stderr?.on('data', hear);
  // `close` comes after the last output; `exit` may come before it.
  const end = once(child, 'close');

  return {
    text: () => text,
    says(pattern) {
      const heard = new Promise<RegExpMatchArray>((resolve) => {
        const check = () => {
          const match = text.match(pattern);
          if (!match) return;
          waiting.delete(check);
          resolve(match);
        };
        waiting.add(check);
        check();
      });
      const silent = end.then(() => {
        throw new Error(`“latchkey ${args[0]}” ended without the words ${pattern}:\n${text}`);
      });
      silent.catch(() => undefined);
      return Promise.race([heard, silent]);
    },
    async ended() {
      await end;
      return child.exitCode;
    },
    stop: () => void child.kill(),
  };
}

const style = `
  body { margin: 0; overflow: hidden; background: #14181f; color: #dfe5ee; }
  pre { margin: 0; padding: 24px 28px; white-space: pre-wrap; overflow-wrap: anywhere; font: 14px/1.2 "DejaVu Sans Mono", ui-monospace, monospace; }`;

/** A tab that looks like a terminal, for the screenshot. */
export async function showTerminal(stage: Stage, text: string): Promise<Tab> {
  const tab = await openTab(stage, 'about:blank');
  await tab.resize({ width: 960, height: 620 });
  await tab.evaluate(`(() => {
    const style = document.createElement('style');
    style.textContent = ${JSON.stringify(style)};
    const words = document.createElement('pre');
    words.textContent = ${JSON.stringify(text)};
    document.body.replaceChildren(style, words);
  })()`);
  return tab;
}
