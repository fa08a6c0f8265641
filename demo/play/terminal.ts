import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Page } from 'playwright';
import { spawnCli } from '../program.ts';
import type { Stage } from './stage.ts';

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
  const child: ChildProcess = spawnCli(args, { stdio: ['ignore', 'pipe', 'pipe'] });
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

/** A tab that looks like a terminal, for the screenshot. */
export async function showTerminal(stage: Stage, text: string): Promise<Page> {
  const page = await stage.openTab('about:blank');
  await page.setViewportSize({ width: 960, height: 620 });
  await page.setContent(`<!doctype html><style>
    body { margin: 0; overflow: hidden; background: #14181f; color: #dfe5ee; }
    pre { margin: 0; padding: 24px 28px; white-space: pre-wrap; overflow-wrap: anywhere; font: 14px/1.2 "DejaVu Sans Mono", ui-monospace, monospace; }
  </style><pre></pre>`);
  await page.locator('pre').evaluate((element, words) => {
    element.textContent = words;
  }, text);
  return page;
}
