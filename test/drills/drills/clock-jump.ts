import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Drill } from '../drill.ts';
import { inScene } from '../scene.ts';

const steppedClock = new URL('../../chaos/stepped-clock.ts', import.meta.url).pathname;
const freshMs = 2_000;

export const clockJump: Drill = {
  name: 'clock-jump',
  about: 'The clock of the broker jumps by two minutes and by an hour, forward and back',
  async run({ step, check, eventually }) {
    const clock = join(tmpdir(), `latchkey-drill-clock-${process.pid}`);
    const env = { CHAOS_CLOCK: clock, NODE_OPTIONS: `--import ${steppedClock}` };
    await inScene({ lifetime: '2s', fresh: '2s', env }, async ({ browser, device, logged }) => {
      const [ada, tv] = [await browser(), await device()];
      for (const [how, offsetMs] of [
        ['two minutes forward', 120_000],
        ['two minutes back', -120_000],
        ['an hour forward', 3_600_000],
        ['an hour back', -3_600_000],
      ] as const) {
        step(`The clock jumps ${how}.`);
        await writeFile(clock, String(offsetMs));
        // The broker sees it, and the next token takes a refresh at the provider.
        await sleep(freshMs + 300);
        const answers = new Set([await ada.status(), await tv()]);
        check(
          'nobody is signed out: a token, or “try again”',
          [...answers].filter((status) => ![200, 503].includes(status)),
          [],
        );
        await writeFile(clock, '0');
        await sleep(300);
        await eventually(
          'when it is right again, browser and TV get tokens',
          async () => [await ada.status(), await tv()],
          [200, 200],
        );
      }
      check('no sign-in was lost', await logged('reauth_required'), []);
    });
  },
};
